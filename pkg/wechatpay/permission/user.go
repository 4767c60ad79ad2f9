package permission

import (
	"fmt"
	"io"
	"log/slog"
	"net/url"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/rule"
)

// User names one authorisation by its user (§5.2). It prints as its service.
type User struct {
	ServiceID string
	AppID     string
	// SubMchID, SubAppID and SubOpenID exist in partner mode (§6.12); there exactly one of OpenID and SubOpenID is set.
	SubMchID  string
	SubAppID  string
	OpenID    string
	SubOpenID string
}

// Validate holds a user against §5.2 and §6.12. The error is Terminal and names field and rule.
func (u User) Validate() error {
	if err := rule.First(
		rule.Required("service_id", u.ServiceID, 32),
		rule.Required("appid", u.AppID, 32),
		validSub(u.SubMchID, u.SubAppID, u.SubOpenID),
	); err != nil {
		return err
	}
	if u.SubMchID == "" {
		return rule.Required("openid", u.OpenID, maxOpenID)
	}
	if (u.OpenID == "") == (u.SubOpenID == "") {
		return fault.Invalid("openid", "openid_choice", "exactly one of openid and sub_openid is sent")
	}
	return rule.First(rule.Optional("openid", u.OpenID, maxOpenID), rule.Optional("sub_openid", u.SubOpenID, maxOpenID))
}

const maxOpenID = 128

// Format prints the service only, whatever the verb.
func (u User) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "user of service "+u.ServiceID) }

// LogValue is the service only.
func (u User) LogValue() slog.Value { return slog.GroupValue(slog.String("service_id", u.ServiceID)) }

// Agreement names one authorisation by the code of its pre-authorisation (§5.2).
type Agreement struct {
	Code      string
	ServiceID string
	SubMchID  string // partner mode
}

// Validate holds an agreement against §5.2. The error is Terminal and names field and rule.
func (a Agreement) Validate() error {
	return rule.First(ValidCode(a.Code), rule.Required("service_id", a.ServiceID, 32), rule.Optional("sub_mchid", a.SubMchID, 32))
}

const (
	directPath  = "/v3/payscore/permissions"
	partnerPath = "/v3/payscore/partner/permissions" // §6.12
)

func collectionPath(partner bool) string {
	if partner {
		return partnerPath
	}
	return directPath
}

// userPath has the openid in the path, escaped exactly once (§5.2); partners search for it.
func userPath(partner bool, u User) string {
	q := url.Values{"service_id": {u.ServiceID}, "appid": {u.AppID}}
	if !partner {
		return directPath + "/openid/" + url.PathEscape(u.OpenID) + "?" + q.Encode()
	}
	q.Set("sub_mchid", u.SubMchID)
	for name, value := range map[string]string{"sub_appid": u.SubAppID, "openid": u.OpenID, "sub_openid": u.SubOpenID} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return partnerPath + "/search?" + q.Encode()
}

// userEndPath is where an authorisation named by its user ends; partners name the user in the body.
func userEndPath(partner bool, u User) string {
	if partner {
		return partnerPath + "/terminate"
	}
	return directPath + "/openid/" + url.PathEscape(u.OpenID) + "/terminate"
}

func agreementPath(partner bool, code string) string {
	return collectionPath(partner) + "/authorization-code/" + url.PathEscape(code)
}

func agreementQuery(partner bool, a Agreement) string {
	q := url.Values{"service_id": {a.ServiceID}}
	if partner {
		q.Set("sub_mchid", a.SubMchID)
	}
	return agreementPath(partner, a.Code) + "?" + q.Encode()
}
