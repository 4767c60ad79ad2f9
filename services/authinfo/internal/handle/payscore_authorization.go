package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/event"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/authorisation"
	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/errand"
	"github.com/facepay-go/facepay/services/authinfo/internal/wire"
)

// PayScoreAuthorization takes notify.payscore_authorization: it tells of the authorisation, and may decide consents that
// wait for it.
type PayScoreAuthorization struct {
	Authorisations document.Authorisations
	Terminations   document.Terminations
	Waiting        document.Consents
	Consents       *errand.Errands[consent.Consent]
	Timers         consent.Timers
}

// Handle may run any number of times and in any order. Errors: Terminal for a notification that cannot be read, else Retry.
func (h *PayScoreAuthorization) Handle(ctx context.Context, _ event.Event, m *notifyv1.PayScoreAuthorizationNotified) error {
	f, err := wire.Fact(m)
	if err != nil {
		return err
	}
	shows, err := h.take(ctx, m, f)
	if err != nil || f.Kind != authorisation.Opening {
		return err
	}
	ids, err := h.Waiting.Concerned(ctx, m.GetMerchant(), m.GetServiceId(), m.GetUserKey(), m.GetAuthorizationCode())
	if err != nil {
		return err
	}
	opened := consent.Opened{Code: m.GetAuthorizationCode(), UserKey: m.GetUserKey(), KnownAs: consent.OpenID, Shows: shows}
	if m.GetOpenid() == "" { // callback-ingest makes the key of sub_openid then
		opened.KnownAs = consent.SubOpenID
	}
	for _, id := range ids {
		if err := h.decide(ctx, m.GetMerchant(), id, opened); err != nil {
			return err
		}
	}
	return nil
}

// take puts the fact into the user's authorisation and tells it, once. shows: it is what holds now.
func (h *PayScoreAuthorization) take(ctx context.Context, m *notifyv1.PayScoreAuthorizationNotified, f authorisation.Fact) (shows bool, err error) {
	by := ""
	if f.Kind == authorisation.Closing {
		if by, err = h.closedBy(ctx, m, f); err != nil {
			return false, err
		}
	}
	id := authorisation.ID(m.GetMerchant(), m.GetServiceId(), m.GetUserKey())
	err = h.Authorisations.Turn(ctx, m.GetMerchant(), id, "", func(t *aggregate.Turn[authorisation.Authorisation]) (aggregate.Decision, error) {
		if t.New {
			*t.State = authorisation.Authorisation{State: authorisation.Unknown, ServiceID: m.GetServiceId(), UserKey: m.GetUserKey()}
		}
		fresh := t.State.Take(f)
		shows = t.State.Shows(f)
		if !fresh {
			return aggregate.Skip, nil
		}
		if f.Kind == authorisation.Opening {
			t.Emit(wire.AuthorizationOpened(m.GetMerchant(), m.GetUserKey(), m.GetServiceId(), f, t.Now))
		} else {
			t.Emit(wire.AuthorizationClosed(m.GetMerchant(), m.GetUserKey(), m.GetServiceId(), by, f, t.Now))
		}
		return aggregate.Save, nil
	})
	return shows, err
}

// closedBy: merchant when a request of ours was under way then, else the user.
func (h *PayScoreAuthorization) closedBy(ctx context.Context, m *notifyv1.PayScoreAuthorizationNotified, f authorisation.Fact) (string, error) {
	abouts := []string{consent.About(m.GetServiceId(), m.GetUserKey(), "")}
	if f.AuthorizationCode != "" {
		abouts = append(abouts, consent.About(m.GetServiceId(), "", f.AuthorizationCode))
	}
	for _, about := range abouts {
		requests, err := h.Terminations.About(ctx, m.GetMerchant(), about)
		if err != nil {
			return "", err
		}
		for _, r := range requests {
			if r.Explains(f.At) {
				return "merchant", nil
			}
		}
	}
	return "user", nil
}

// decide lets one consent hear of the opening.
func (h *PayScoreAuthorization) decide(ctx context.Context, merchant, id string, o consent.Opened) error {
	return h.Consents.Turn(ctx, merchant, id, func(t *aggregate.Turn[consent.Consent]) (aggregate.Decision, error) {
		told, changed := t.State.Notified(consent.Env{Now: t.Now, Timers: h.Timers}, o)
		if t.New || !changed {
			return aggregate.Skip, nil
		}
		tell(t, merchant, told)
		return aggregate.Save, nil
	})
}
