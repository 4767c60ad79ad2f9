package notify

import (
	"cmp"
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
)

// Order is what entity B (§7.3) tells of an order and its money, amounts in fen. Items, risk fund and times are not read:
// in a notification they may be partial, and whatever their shape, no payment stays unknown because of them. Query the
// order for them. There is no openid in it.
type Order struct {
	MchID      string         `json:"mchid"`
	SubMchID   string         `json:"sub_mchid"` // partner mode: route by it
	AppID      string         `json:"appid"`
	ServiceID  string         `json:"service_id"`
	OutOrderNo string         `json:"out_order_no"`
	OrderID    string         `json:"order_id"`
	State      payscore.State `json:"state"`
	// Description is state_description: with DOING only, otherwise empty.
	Description payscore.Description `json:"state_description"`
	// TotalAmount is nil before completion.
	TotalAmount *money.Fen `json:"total_amount"`
	// Collection is zero when the order has none.
	Collection Collection `json:"collection"`
}

// Collection is how far the total is collected (§6.3).
type Collection struct {
	State        payscore.CollectionState `json:"state"`
	PayingAmount money.Fen                `json:"paying_amount"`
	PaidAmount   money.Fen                `json:"paid_amount"`
	Parts        payscore.List[Part]      `json:"details"`
}

// Part is one payment of an order; there can be several.
type Part struct {
	Amount   money.Fen         `json:"amount"`
	PaidType payscore.PaidType `json:"paid_type"`
	// PaidTime is yyyyMMddHHmmss (payscore.ParseCompact).
	PaidTime      string `json:"paid_time"`
	TransactionID string `json:"transaction_id"`
	// Spelled is the transaction_id as one official sample spells its name, with a trailing blank (§6.3); DecodeOrder
	// leaves it empty.
	Spelled string `json:"transaction_id "`
}

// DecodeOrder reads a decrypted entity B. An error is BadEntity.
func DecodeOrder(plain []byte) (*Order, error) {
	var o Order
	if json.Unmarshal(plain, &o) != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the order is not its documented JSON")
	}
	if o.MchID == "" || o.OutOrderNo == "" || o.State == "" {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the order lacks mchid, out_order_no or state")
	}
	for i := range o.Collection.Parts {
		p := &o.Collection.Parts[i]
		p.TransactionID, p.Spelled = cmp.Or(p.TransactionID, p.Spelled), ""
	}
	return &o, nil
}
