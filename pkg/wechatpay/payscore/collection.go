package payscore

import (
	"cmp"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// Collection is how far WeChat, or the merchant, has collected the total (收款信息, §6.3). Amounts are in fen.
type Collection struct {
	State        CollectionState
	PayingAmount money.Fen
	PaidAmount   money.Fen
	Details      []CollectionDetail
}

// CollectionState is USER_PAYING or USER_PAID; other values are kept as text.
type CollectionState string

const (
	// UserPaying: the money is not there yet.
	UserPaying CollectionState = "USER_PAYING"
	// UserPaid is the only proof of money, whatever the state of the order says (§6.9).
	UserPaid CollectionState = "USER_PAID"
)

// PaidType says who collected.
type PaidType string

const (
	// ByWeChat: collected by WeChat.
	ByWeChat PaidType = "NEWTON"
	// ByMerchant: collected by the merchant, told by sync.
	ByMerchant PaidType = "MCH"
)

// CollectionDetail is one payment; there can be several. Its number and its coupons are not read.
type CollectionDetail struct {
	Amount   money.Fen
	PaidType PaidType
	// PaidTime is yyyyMMddHHmmss (ParseCompact).
	PaidTime string
	// TransactionID is the key for refunds and reconciliation; only for ByWeChat above zero.
	TransactionID string
}

// readCollection reads a collection. One official sample spells "transaction_id " with a trailing blank (§6.3).
func readCollection(e entity.Object) *Collection {
	c := &Collection{State: CollectionState(e.Text("state")), PayingAmount: e.FenAside("paying_amount"), PaidAmount: e.Fen("paid_amount")}
	for _, d := range e.List("details") {
		c.Details = append(c.Details, CollectionDetail{
			Amount: d.Fen("amount"), PaidType: PaidType(d.Text("paid_type")), PaidTime: d.Aside("paid_time"),
			TransactionID: cmp.Or(d.Text("transaction_id"), d.Text("transaction_id ")),
		})
	}
	return c
}
