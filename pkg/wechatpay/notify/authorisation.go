package notify

import (
	"fmt"
	"io"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// Authorisation is entity A (§7.3): a user opened or closed a service. It prints without its openid.
type Authorisation struct {
	AppID    string
	MchID    string
	SubMchID string // partner mode: route by it
	// OutRequestNo is payscore_out_request_no; on close only if it was given when signing.
	OutRequestNo string
	ServiceID    string
	OpenID       string
	SubOpenID    string
	Status       UserStatus
	// OpenOrCloseTime is compact Beijing time (payscore.ParseCompact).
	OpenOrCloseTime string
	// AuthorizationCode is set only after a pre-authorisation.
	AuthorizationCode string
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
	e, err := entity.Read(plain)
	if err != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the authorisation is not a JSON object")
	}
	a := &Authorisation{
		AppID: e.Text("appid"), MchID: e.Text("mchid"), SubMchID: e.Text("sub_mchid"), OutRequestNo: e.Text("out_request_no"),
		ServiceID: e.Text("service_id"), OpenID: e.Text("openid"), SubOpenID: e.Text("sub_openid"),
		Status: UserStatus(e.Text("user_service_status")), OpenOrCloseTime: e.Text("openorclose_time"), AuthorizationCode: e.Text("authorization_code"),
	}
	if e.Err() != nil {
		return nil, wechatpay.Reject(wechatpay.BadEntity, fault.FieldOf(e.Err())+" of the authorisation cannot be read")
	}
	if a.MchID == "" || a.ServiceID == "" || (a.OpenID == "" && a.SubOpenID == "") || (a.Status != Opened && a.Status != Closed) {
		return nil, wechatpay.Reject(wechatpay.BadEntity, "the authorisation lacks mchid, service_id, openid or a known status")
	}
	return a, nil
}

// Format prints service and status only, whatever the verb.
func (a Authorisation) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authorisation "+a.ServiceID+" "+string(a.Status))
}

// LogValue is service and status only.
func (a Authorisation) LogValue() slog.Value {
	return slog.GroupValue(slog.String("service_id", a.ServiceID), slog.String("status", string(a.Status)))
}
