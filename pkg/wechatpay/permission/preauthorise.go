package permission

import (
	"regexp"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// TokenLife is how long a pre-authorisation's token opens WeChat's page (§5.1).
const TokenLife = time.Hour

// PreAuthoriseRequest is the body of a pre-authorisation (商户预授权, §5.1). It changes nothing but that the code becomes
// known; that a repeat with the same bytes is harmless is not written.
type PreAuthoriseRequest struct {
	ServiceID string `json:"service_id"`
	AppID     string `json:"appid"`
	SubMchID  string `json:"sub_mchid,omitempty"` // partner mode (§6.12)
	SubAppID  string `json:"sub_appid,omitempty"`
	// AuthorizationCode is the merchant's number of the agreement (授权协议号): 1..32 of digits, letters and _-|*, unique,
	// never used for another user. A minted one should use digits and letters only: pages differ (§10.3).
	AuthorizationCode string `json:"authorization_code"`
	// NotifyURL receives the open and close notifications; without it the service_notify_url of the onboarding does.
	NotifyURL string `json:"notify_url,omitempty"`
}

const maxNotifyURL = 255

var codeForm = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{1,32}$`)

// ValidCode checks an authorization_code. The error is Terminal.
func ValidCode(code string) error {
	if !codeForm.MatchString(code) {
		return fault.Invalid("authorization_code", "authorization_code_form", "authorization_code is 1 to 32 of digits, letters and _-|*")
	}
	return nil
}

// Validate holds a pre-authorisation against §5.1. The error is Terminal and names field and rule.
func (r PreAuthoriseRequest) Validate() error {
	if err := rule.First(
		rule.Required("service_id", r.ServiceID, 32),
		rule.Required("appid", r.AppID, 32),
		validSub(r.SubMchID, r.SubAppID, ""),
		ValidCode(r.AuthorizationCode),
	); err != nil || r.NotifyURL == "" {
		return err
	}
	return rule.NotifyURL(r.NotifyURL, maxNotifyURL)
}

// validSub checks what exists in partner mode only.
func validSub(subMchID, subAppID, subOpenID string) error {
	if subMchID == "" {
		return rule.First(
			rule.Absent("sub_appid", subAppID, "exists in partner mode only"),
			rule.Absent("sub_openid", subOpenID, "exists in partner mode only"))
	}
	return rule.First(rule.Optional("sub_mchid", subMchID, 32), rule.Optional("sub_appid", subAppID, 32))
}
