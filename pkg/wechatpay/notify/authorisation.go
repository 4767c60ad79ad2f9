package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// Authorisation is entity A (§7.3): a user opened or closed a service. It prints without its openid.
type Authorisation struct {
	AppID    string `json:"appid"`
	MchID    string `json:"mchid"`
	SubMchID string `json:"sub_mchid"` // partner mode: route by it
	SubAppID string `json:"sub_appid"`
	// OutRequestNo is payscore_out_request_no; on close only if it was given when signing.
	OutRequestNo string     `json:"out_request_no"`
	ServiceID    string     `json:"service_id"`
	OpenID       string     `json:"openid"`
	SubOpenID    string     `json:"sub_openid"`
	Status       UserStatus `json:"user_service_status"`
	// OpenOrCloseTime is compact Beijing time (payscore.ParseCompact).
	OpenOrCloseTime string `json:"openorclose_time"`
	// AuthorizationCode is set only after a pre-authorisation.
	AuthorizationCode string `json:"authorization_code"`
}

// UserStatus is what the user did.
type UserStatus string

// The two values of user_service_status.
const (
	Opened UserStatus = "USER_OPEN_SERVICE"
	Closed UserStatus = "USER_CLOSE_SERVICE"
)

// DecodeAuthorisation reads a decrypted entity A. An error is BadEntity.
func DecodeAuthorisation(plain []byte) (*Authorisation, error) {
	var a Authorisation
	if json.Unmarshal(plain, &a) != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the authorisation is not its documented JSON")
	}
	if a.MchID == "" || a.ServiceID == "" || (a.OpenID == "" && a.SubOpenID == "") || (a.Status != Opened && a.Status != Closed) {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the authorisation lacks mchid, service_id, openid or a known status")
	}
	return &a, nil
}

// Format prints service and status only, whatever the verb.
func (a Authorisation) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authorisation "+a.ServiceID+" "+string(a.Status))
}

// LogValue is service and status only.
func (a Authorisation) LogValue() slog.Value {
	return slog.GroupValue(slog.String("service_id", a.ServiceID), slog.String("status", string(a.Status)))
}
