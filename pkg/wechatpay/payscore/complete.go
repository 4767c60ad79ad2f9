package payscore

import "github.com/facepay-go/facepay/pkg/money"

// CompleteRequest is the body of a completion (完结支付分订单, §6.4).
type CompleteRequest struct {
	AppID     string `json:"appid,omitempty"`     // absent in partner mode
	SubMchID  string `json:"sub_mchid,omitempty"` // partner mode (§6.12)
	ServiceID string `json:"service_id"`
	// PostPayments replaces the list of the create; it is always on the wire.
	PostPayments  []Payment  `json:"post_payments"`
	PostDiscounts []Discount `json:"post_discounts,omitempty"`
	// TotalAmount in fen is the sum of the payments less the sum of the discounts; 0 is sent.
	TotalAmount money.Fen `json:"total_amount"`
	TimeRange   TimeRange `json:"time_range,omitzero"`
	Location    Location  `json:"location,omitzero"`
	// ProfitSharing must be true for a later profit sharing (分账).
	ProfitSharing bool   `json:"profit_sharing"`
	GoodsTag      string `json:"goods_tag,omitempty"`
	Device        Device `json:"device,omitzero"`
	// CompleteTime is ISO 8601; optional, in partner mode only (§6.12). What it does there is not documented.
	CompleteTime string `json:"complete_time,omitempty"`
}
