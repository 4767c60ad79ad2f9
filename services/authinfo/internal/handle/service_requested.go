package handle

import (
	"cmp"
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/userkey"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/errand"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// ServiceRequested takes kiosk.service_requested of a no-confirm service: has the user authorised it, or will she?
type ServiceRequested struct {
	Desks    map[string]*wechat.Desk
	Consents *errand.Errands[consent.Consent]
	Users    userkey.Key
	Vault    Vault
	Timers   consent.Timers
}

// Handle may run any number of times: the first wish of a number counts. A need-confirm service is order-lifecycle's alone,
// and so is the answer to a fact that breaks a rule. Errors are Retry.
func (h *ServiceRequested) Handle(ctx context.Context, _ event.Event, m *kioskv1.ServiceRequested) error {
	desk, known := h.Desks[m.GetMerchant()]
	if !known || !session.IsNumber(m.GetOutOrderNo()) || desk.NoConfirm(m.GetServiceId()) != nil {
		return nil
	}
	user := wechat.User{ServiceID: m.GetServiceId(), KnownAs: consent.OpenID, OpenID: cmp.Or(m.GetOpenid(), m.GetSubOpenid())}
	if m.GetOpenid() == "" {
		user.KnownAs = consent.SubOpenID
	}
	if desk.ValidUser(user) != nil {
		return nil
	}
	id := consent.ID(m.GetMerchant(), m.GetOutOrderNo())
	sealed, err := h.Vault.seal(id, userField, []byte(user.OpenID))
	if err != nil {
		return err
	}
	return h.Consents.Turn(ctx, m.GetMerchant(), id, func(t *aggregate.Turn[consent.Consent]) (aggregate.Decision, error) {
		if !t.New {
			return aggregate.Skip, nil
		}
		*t.State = consent.New(consent.Wish{
			OutOrderNo: m.GetOutOrderNo(), ServiceID: m.GetServiceId(), DeviceID: m.GetDevice().GetDeviceId(),
			UserKey: h.Users.Of(user.OpenID), User: sealed, KnownAs: user.KnownAs,
		}, t.Now, h.Timers)
		return aggregate.Save, nil
	})
}
