package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/issuer"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
	"github.com/facepay-go/facepay/services/authinfo/internal/wire"
)

// PreAuthorise answers pre_authorise: a token by which a user authorises a service outside of an order.
type PreAuthorise struct {
	Desks             map[string]*wechat.Desk
	PreAuthorisations document.PreAuthorisations
	Vault             Vault
	Timers            consent.Timers
	Mint              Mint
	Clock             clock.Clock
}

// preAuthorised is a pre-authorisation's document in one turn.
type preAuthorised = aggregate.Turn[consent.PreAuthorisation]

// Handle gives the token, or what the same request_id got before: the token while it is valid, later only its number and
// its end, a refusal for ever. Errors: Terminal for bad input and WeChat's refusals; Conflict request_id_conflict; Retry
// when WeChat does not answer: the same request_id sends the identical bytes again.
func (h *PreAuthorise) Handle(ctx context.Context, m *authinfov1.PreAuthoriseRequest) (*authinfov1.AuthoriseReply, error) {
	if err := validRequestID(m.GetRequestId()); err != nil {
		return nil, err
	}
	desk, err := deskOf(h.Desks, m.GetMerchant(), m.GetServiceId())
	if err != nil {
		return nil, err
	}
	id := document.RequestID(m.GetMerchant(), m.GetRequestId())
	p, err := h.intend(ctx, desk, id, m)
	for try := 0; err == nil && p.State == consent.Asking; try++ {
		if try > 0 && h.Clock.Sleep(ctx, issuer.Pause) != nil || try == issuer.Tries {
			return nil, unsettled(consent.Doubtful)
		}
		p, err = h.send(ctx, desk, m.GetMerchant(), id)
	}
	if err != nil {
		return nil, err
	}
	return h.reply(id, p)
}

// intend saves the frozen request before anything is sent, or finds the one of before.
func (h *PreAuthorise) intend(ctx context.Context, desk *wechat.Desk, id string, m *authinfov1.PreAuthoriseRequest) (p consent.PreAuthorisation, err error) {
	code, err := h.Mint.code(h.Clock.Now())
	if err != nil {
		return p, err
	}
	err = h.PreAuthorisations.Turn(ctx, m.GetMerchant(), id, "", func(t *preAuthorised) (aggregate.Decision, error) {
		if !t.New {
			p = *t.State
			return aggregate.Skip, sameRequest(p.Digest, digest(m.GetServiceId()))
		}
		p, err = consent.NewPreAuthorisation(h.env(t, desk, code), m.GetRequestId(), digest(m.GetServiceId()), m.GetServiceId())
		*t.State = p
		return aggregate.Save, err
	})
	return p, err
}

func (h *PreAuthorise) env(t *preAuthorised, desk *wechat.Desk, code string) consent.Env {
	return consent.Env{Now: t.Now, Timers: h.Timers, Scribe: desk, Code: code}
}

// send makes the call once. The send is saved before it is made; its answer is saved also when the caller has left.
func (h *PreAuthorise) send(ctx context.Context, desk *wechat.Desk, merchant, id string) (p consent.PreAuthorisation, err error) {
	spare, err := h.Mint.code(h.Clock.Now())
	if err != nil {
		return p, err
	}
	turn := func(ctx context.Context, change func(t *preAuthorised)) error {
		return h.PreAuthorisations.Turn(ctx, merchant, id, "", func(t *preAuthorised) (aggregate.Decision, error) {
			if p = *t.State; p.State != consent.Asking {
				return aggregate.Skip, nil
			}
			change(t)
			p = *t.State
			return aggregate.Save, nil
		})
	}
	if err := turn(ctx, func(t *preAuthorised) { t.State.Begin(t.Now) }); err != nil || p.State != consent.Asking {
		return p, err
	}
	sent := p
	began := h.Clock.Now()
	g := desk.SendPreAuthorisation(ctx, sent.Request.Body)
	a := consent.Answer{Meaning: g.Meaning, Reason: g.Reason, SentAt: began}
	if !g.Token.IsZero() {
		if a.Token, err = h.Vault.seal(id, tokenField, []byte(g.Token.Reveal())); err != nil {
			return p, err
		}
	}
	err = turn(context.WithoutCancel(ctx), func(t *preAuthorised) { t.State.Answered(h.env(t, desk, spare), sent.Code, a) })
	if err == nil && g.Meaning == consent.Misconfigured { // a person mends that, no repetition
		err = unsettled(g.Meaning)
	}
	return p, err
}

func (h *PreAuthorise) reply(id string, p consent.PreAuthorisation) (*authinfov1.AuthoriseReply, error) {
	if p.State == consent.Declined {
		return nil, denied(p.Reason)
	}
	if !p.Opens(h.Clock.Now()) {
		return wire.AuthoriseReply(p.Code, p.ExpiresAt, wechatpay.Secret{})
	}
	token, err := h.Vault.open(id, tokenField, p.Token)
	if err != nil {
		return nil, err
	}
	return wire.AuthoriseReply(p.Code, p.ExpiresAt, wechatpay.NewSecret(string(token)))
}
