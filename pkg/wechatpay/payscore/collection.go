package payscore

import (
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/money"
)

// Collection is how far WeChat, or the merchant, has collected the total (收款信息, §6.3). Amounts are in fen.
type Collection struct {
	State        CollectionState        `json:"state"`
	TotalAmount  money.Fen              `json:"total_amount"`
	PayingAmount money.Fen              `json:"paying_amount"`
	PaidAmount   money.Fen              `json:"paid_amount"`
	BankType     string                 `json:"bank_type"`
	Details      List[CollectionDetail] `json:"details"`
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

// CollectionDetail is one payment; there can be several.
type CollectionDetail struct {
	// Seq counts from 1 and may be missing (0).
	Seq      int       `json:"seq"`
	Amount   money.Fen `json:"amount"`
	PaidType PaidType  `json:"paid_type"`
	// PaidTime is yyyyMMddHHmmss (ParseCompact).
	PaidTime string `json:"paid_time"`
	// TransactionID is the key for refunds and reconciliation; only for ByWeChat above zero.
	TransactionID   string          `json:"transaction_id"`
	PromotionDetail List[Promotion] `json:"promotion_detail"`
}

// Promotion is one coupon used in a payment. Amounts are in fen.
type Promotion struct {
	CouponID            string    `json:"coupon_id"`
	Name                string    `json:"name"`
	Scope               string    `json:"scope"`
	Type                string    `json:"type"`
	Amount              money.Fen `json:"amount"`
	StockID             string    `json:"stock_id"`
	WeChatPayContribute money.Fen `json:"wechatpay_contribute"`
	MerchantContribute  money.Fen `json:"merchant_contribute"`
	OtherContribute     money.Fen `json:"other_contribute"`
	Currency            string    `json:"currency"`
}

// UnmarshalJSON also reads "transaction_id " with a trailing blank, as one official sample spells it (§6.3).
func (d *CollectionDetail) UnmarshalJSON(raw []byte) error {
	type plain CollectionDetail
	blank := struct {
		*plain
		Spelled string `json:"transaction_id "`
	}{plain: (*plain)(d)}
	if err := json.Unmarshal(raw, &blank); err != nil {
		return err
	}
	if d.TransactionID == "" {
		d.TransactionID = blank.Spelled
	}
	return nil
}
