package payscore

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// ModifyRequest is the body of a change of the amount to be paid (修改订单金额, §6.6). Only while the payment is pending,
// only downwards, and not for an order whose deposit was paid; once paid, refund.
type ModifyRequest struct {
	AppID     string `json:"appid,omitempty"`     // absent in partner mode
	SubMchID  string `json:"sub_mchid,omitempty"` // partner mode (§6.12)
	ServiceID string `json:"service_id"`
	// PostPayments replaces the list of the completion; it is always on the wire.
	PostPayments  []Payment  `json:"post_payments"`
	PostDiscounts []Discount `json:"post_discounts,omitempty"`
	// TotalAmount in fen is the sum of the payments less the sum of the discounts. Zero is sent; that WeChat takes it is
	// not established (§10.4): cancel instead, and modify to zero only when that is refused.
	TotalAmount money.Fen `json:"total_amount"`
	// Reason is 1..30 characters, as that of a cancel.
	Reason string `json:"reason"`
	Device Device `json:"device,omitzero"`
}

// Completed is what a modify or a sync is held against: the order as its completion left it.
type Completed struct {
	// Total is what the user owes now, in fen: the total of the completion or of the last modify.
	Total money.Fen
	// RiskFund and RiskFundName are those of the create (OpenedBy).
	RiskFund     money.Fen
	RiskFundName RiskFundName
	// At is the moment of the complete call that was accepted.
	At time.Time
}

// Validate holds a modify against every rule of §6.1, §6.6 and §10.1: do it once, before freezing. A total that is not
// below the current one is not_lower. The error is Terminal and names field and rule.
func (r ModifyRequest) Validate(service merchant.PayScoreService, completed Completed) error {
	return rule.First(
		validParties(r.AppID, r.SubMchID, r.ServiceID),
		validFinalItems(service, r.PostPayments, r.PostDiscounts, r.TotalAmount),
		validLower(r.TotalAmount, completed.Total),
		validCap(service, completed.RiskFundName, completed.RiskFund, r.TotalAmount),
		rule.Required("reason", r.Reason, maxReason),
		r.Device.valid(),
	)
}

func validLower(total, current money.Fen) error {
	if total >= current {
		return fault.Invalid("total_amount", "not_lower", "total_amount is %d fen, a modify goes below the current %d fen", total, current)
	}
	return nil
}
