package payscore

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// CreateRequest is the body of a create (创建支付分订单, §6.2). Check it with Validate, freeze it with Freeze, send the
// frozen bytes and only them. It prints as its number: it holds an openid.
type CreateRequest struct {
	OutOrderNo          string     `json:"out_order_no"`
	AppID               string     `json:"appid"`
	SubMchID            string     `json:"sub_mchid,omitempty"` // partner mode (§6.12)
	SubAppID            string     `json:"sub_appid,omitempty"`
	ServiceID           string     `json:"service_id"`
	ServiceIntroduction string     `json:"service_introduction"`
	PostPayments        []Payment  `json:"post_payments,omitempty"`
	PostDiscounts       []Discount `json:"post_discounts,omitempty"`
	TimeRange           TimeRange  `json:"time_range"`
	Location            Location   `json:"location,omitzero"`
	RiskFund            RiskFund   `json:"risk_fund"`
	// Attach is URL-encoded already: EncodeAttach.
	Attach    string `json:"attach,omitempty"`
	NotifyURL string `json:"notify_url"`
	OpenID    string `json:"openid,omitempty"`
	SubOpenID string `json:"sub_openid,omitempty"`
	// NeedUserConfirm is always on the wire: WeChat takes true when it is absent (§10.2 no. 1).
	NeedUserConfirm bool   `json:"need_user_confirm"`
	Device          Device `json:"device,omitzero"`
}

// Format prints the number only, whatever the verb.
func (r CreateRequest) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "create "+r.OutOrderNo) }

// LogValue is the number only.
func (r CreateRequest) LogValue() slog.Value {
	return slog.GroupValue(slog.String("operation", string(wechatpay.CreateOrder)), slog.String("out_order_no", r.OutOrderNo))
}
