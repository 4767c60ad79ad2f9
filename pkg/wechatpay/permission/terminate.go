package permission

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/frozen"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// maxReason is what reasons are kept to everywhere; the page of this one says 50 (§10.1).
const maxReason = 30

// TerminateUserRequest is the body that ends an authorisation named by its user (解除用户授权关系, §5.3): make it with
// NewTerminateUser. In partner mode it holds the openid, otherwise the path does. It prints as its service.
type TerminateUserRequest struct {
	OpenID    string `json:"openid,omitempty"`
	SubOpenID string `json:"sub_openid,omitempty"`
	ServiceID string `json:"service_id"`
	AppID     string `json:"appid"`
	SubAppID  string `json:"sub_appid,omitempty"`
	SubMchID  string `json:"sub_mchid,omitempty"`
	// Reason is 1..30 characters.
	Reason string `json:"reason"`
}

// NewTerminateUser is the request for u. That a partner's body has an appid besides the sub-merchant's numbers is seen in
// open source, the sheet does not list its fields (§6.12).
func NewTerminateUser(u User, reason string) TerminateUserRequest {
	r := TerminateUserRequest{ServiceID: u.ServiceID, AppID: u.AppID, SubAppID: u.SubAppID, SubMchID: u.SubMchID, Reason: reason}
	if u.SubMchID != "" {
		r.OpenID, r.SubOpenID = u.OpenID, u.SubOpenID
	}
	return r
}

// Validate holds the request for u against §5.3. The error is Terminal and names field and rule.
func (r TerminateUserRequest) Validate(u User) error {
	if err := u.Validate(); err != nil {
		return err
	}
	return rule.Required("reason", r.Reason, maxReason)
}

// Format prints the service only, whatever the verb.
func (r TerminateUserRequest) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "end of an authorisation of service "+r.ServiceID)
}

// LogValue is the service only.
func (r TerminateUserRequest) LogValue() slog.Value {
	return slog.GroupValue(slog.String("operation", string(wechatpay.TerminateAuthorisation)), slog.String("service_id", r.ServiceID))
}

// TerminateAgreementRequest is the body that ends an authorisation named by its code (§5.3).
type TerminateAgreementRequest struct {
	ServiceID string `json:"service_id"`
	SubMchID  string `json:"sub_mchid,omitempty"` // partner mode
	// Reason is 1..30 characters.
	Reason string `json:"reason"`
}

// Validate holds the request against §5.3. The error is Terminal and names field and rule.
func (r TerminateAgreementRequest) Validate() error {
	return rule.First(rule.Required("service_id", r.ServiceID, 32), rule.Optional("sub_mchid", r.SubMchID, 32),
		rule.Required("reason", r.Reason, maxReason))
}

// Request is what can be frozen.
type Request interface {
	PreAuthoriseRequest | TerminateUserRequest | TerminateAgreementRequest
}

// Freeze is the one encoding of a request, as payscore.Freeze.
func Freeze[R Request](r R) ([]byte, error) { return frozen.Bytes(r) }
