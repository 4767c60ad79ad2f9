package handle

import (
	"cmp"
	"context"
	"io"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
	"github.com/facepay-go/facepay/services/authinfo/internal/wire"
)

// ConsentCall makes the calls of consents: an errand.Job.
type ConsentCall struct {
	Desks  map[string]*wechat.Desk
	Vault  Vault
	Timers consent.Timers
	Mint   Mint
	Clock  clock.Clock
}

// Todo is the consent's.
func (j *ConsentCall) Todo(c *consent.Consent) consent.Todo { return c.Todo }

// Begin is the consent's.
func (j *ConsentCall) Begin(c *consent.Consent, now time.Time) { c.Begin(now) }

// Call makes the consent's next call and brings its answer into it. What keeps us from making it (a merchant that was
// removed, a sealing key that is not here) counts as a call to be made later, so that the consent's own time runs out.
func (j *ConsentCall) Call(ctx context.Context, merchant, id string, c consent.Consent) (func(*aggregate.Turn[consent.Consent]), error) {
	code, err := j.Mint.code(j.Clock.Now())
	if err != nil {
		return nil, err
	}
	began := j.Clock.Now()
	desk, known := j.Desks[merchant]
	a, answer, err := consent.Answer{}, wechatpay.Answer{}, errNoMerchant
	if known {
		a, answer, err = j.ask(ctx, desk, id, c)
	}
	if err != nil {
		a.Meaning = cmp.Or(a.Meaning, consent.Later)
	}
	a.Op, a.Seq, a.SentAt = c.Todo.Op, c.Todo.Seq, began
	return func(t *aggregate.Turn[consent.Consent]) {
		t.State.Note(consent.Call{
			At: began, Op: a.Op, Meaning: a.Meaning, HTTPStatus: answer.HTTPStatus, Code: answer.Code,
			InternalCode: answer.InternalCode, RequestID: answer.RequestID,
		})
		told, _ := t.State.Answered(consent.Env{Now: t.Now, Timers: j.Timers, Scribe: desk, Code: code}, a)
		tell(t, merchant, told)
	}, err
}

// errNoMerchant: a document is of a merchant that was removed.
var errNoMerchant error = fault.Invalid("merchant", "unknown_merchant", "is no merchant of merchants.yaml any more")

// tell emits what a step tells.
func tell(t *aggregate.Turn[consent.Consent], merchant string, told consent.Told) {
	if m := wire.Consent(merchant, *t.State, told, t.Now); m != nil {
		t.Emit(m)
	}
}

// ask makes the call.
func (j *ConsentCall) ask(ctx context.Context, desk *wechat.Desk, id string, c consent.Consent) (a consent.Answer, answer wechatpay.Answer, err error) {
	if c.Todo.Op == consent.OpPreAuthorise {
		g := desk.SendPreAuthorisation(ctx, c.Request.Body)
		a = consent.Answer{Meaning: g.Meaning, Reason: g.Reason}
		if g.Token.IsZero() {
			return a, g.Answer, nil
		}
		if a.Token, err = j.Vault.seal(id, tokenField, []byte(g.Token.Reveal())); err != nil {
			a.Meaning = consent.Doubtful // WeChat knows the code, and the token is lost
		}
		return a, g.Answer, err
	}
	openid, err := j.Vault.open(id, userField, c.User)
	if fault.Is(err, fault.Terminal) { // nobody can ask about this user any more
		return consent.Answer{Meaning: consent.Denied, Reason: consent.Configuration}, wechatpay.Answer{}, nil
	}
	if err != nil {
		return a, answer, err
	}
	user := wechat.User{ServiceID: c.ServiceID, KnownAs: c.KnownAs, OpenID: string(openid)}
	if c.Todo.Op == consent.OpQueryCode {
		asked := desk.QueryCode(ctx, c.ServiceID, c.Code)
		return consent.Answer{Meaning: wechat.Whose(asked, user), Reason: asked.Reason}, asked.Answer, nil
	}
	asked := desk.QueryUser(ctx, user)
	return consent.Answer{Meaning: asked.Meaning, Reason: asked.Reason}, asked.Answer, nil
}

// Mint makes agreement numbers (授权协议号).
type Mint struct {
	// Random is where they come from: crypto/rand.Reader.
	Random io.Reader
}

// code is a fresh one: letters and digits alone, since pages differ on the rest (wechat-protocol.md §10.3). The error is
// Retry.
func (m Mint) code(now time.Time) (string, error) {
	var random session.Random
	if _, err := io.ReadFull(m.Random, random[:]); err != nil {
		return "", fault.Wrap(err, fault.Retry, "no_randomness", "minting an agreement number")
	}
	return session.MintAuthorizationCode(now.In(clock.Beijing), random), nil
}
