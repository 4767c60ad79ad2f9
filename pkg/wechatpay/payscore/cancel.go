package payscore

import "github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"

// CancelRequest is the body of a cancel (取消支付分订单, §6.5). A repeat must be byte-equal, reason included.
type CancelRequest struct {
	AppID     string `json:"appid,omitempty"`     // absent in partner mode
	SubMchID  string `json:"sub_mchid,omitempty"` // partner mode (§6.12)
	ServiceID string `json:"service_id"`
	// Reason is 1..30 characters: newer pages say 50, older 30 (§10.3).
	Reason string `json:"reason"`
}

// maxReason is the older of two documented limits, 30 and 50 (§10.3).
const maxReason = 30

// Validate holds a cancel against §6.5. The error is Terminal and names field and rule.
func (r CancelRequest) Validate() error {
	return rule.First(validParties(r.AppID, r.SubMchID, r.ServiceID), rule.Required("reason", r.Reason, maxReason))
}
