package permission

import (
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
)

// Authorisation is what is used of the answer to a query (§5.2). AppID and MchID of the answer are those of the last
// successful authorisation and may differ from the request's: they are not read. It prints without its openid.
type Authorisation struct {
	ServiceID string
	OpenID    string
	SubOpenID string
	// AuthorizationCode is always told to a query by code, otherwise only after a pre-authorisation.
	AuthorizationCode string
	State             State
	// SuccessTime and CancelTime are RFC 3339 with milliseconds as received; see AuthorisedAt and CancelledAt.
	SuccessTime string
	CancelTime  string
}

// State is where an authorisation stands; other words than these are kept and allow nothing.
type State string

const (
	// Unavailable: not authorised, or terminated.
	Unavailable State = "UNAVAILABLE"
	// Available: authorised; an order may be created.
	Available State = "AVAILABLE"
	// UnboundUser: pre-authorised, but no user has completed it.
	UnboundUser State = "UNBINDUSER"
)

// Known reports one of the three documented words. Another one says neither yes nor no.
func (s State) Known() bool { return s == Unavailable || s == Available || s == UnboundUser }

// Allows reports that a no-confirm order may be created for the user; everything else asks for an authorisation first
// (§5.5).
func (s State) Allows() bool { return s == Available }

// Decode reads an answer to a query. The error is Terminal and quotes nothing.
func Decode(body []byte) (*Authorisation, error) {
	e, err := entity.Read(body)
	if err != nil {
		return nil, fault.New(fault.Terminal, "authorisation_unreadable", "the authorisation is not a JSON object")
	}
	a := &Authorisation{
		ServiceID: e.Text("service_id"), OpenID: e.Text("openid"), SubOpenID: e.Text("sub_openid"), AuthorizationCode: e.Text("authorization_code"),
		State: State(e.Text("authorization_state")), SuccessTime: e.Aside("authorization_success_time"), CancelTime: e.Aside("cancel_authorization_time"),
	}
	if e.Err() != nil || a.State == "" {
		return nil, fault.New(fault.Terminal, "authorisation_unreadable", "the authorisation has no state, or a field that cannot be read")
	}
	return a, nil
}

// AuthorisedAt is the moment of the last success in UTC; false when WeChat tells none.
func (a Authorisation) AuthorisedAt() (time.Time, bool) { return moment(a.SuccessTime) }

// CancelledAt is the moment of the last termination in UTC; false when WeChat tells none.
func (a Authorisation) CancelledAt() (time.Time, bool) { return moment(a.CancelTime) }

func moment(told string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, told)
	return at.UTC(), err == nil
}

// Format prints service and state only, whatever the verb.
func (a Authorisation) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, "authorisation "+a.ServiceID+" "+string(a.State))
}

// LogValue is service and state only.
func (a Authorisation) LogValue() slog.Value {
	return slog.GroupValue(slog.String("service_id", a.ServiceID), slog.String("state", string(a.State)))
}
