// Package issuer hands out SDK call credentials (authinfo): the one that is kept when it still serves, else a new one
// from WeChat, asked for once however many wait for it.
package issuer

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/seal"
	"github.com/facepay-go/facepay/pkg/service"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
	"github.com/facepay-go/facepay/services/authinfo/internal/wire"
)

// Issued is a credential for a terminal.
type Issued struct {
	// Given names document and issue, for the session.
	Given session.Given
	// Authinfo is for the kiosk that asked and nobody else.
	Authinfo service.Secret
	// ExpiresAt is when WeChat lets it end.
	ExpiresAt time.Time
}

// Deps are what an Issuer works with.
type Deps struct {
	Credentials document.Credentials
	WeChat      WeChat
	Sealer      *seal.Sealer
	Clock       clock.Clock
	Log         *slog.Logger
}

// Issuer keeps the credentials. The document is the cache: replicas and restarts share it.
type Issuer struct {
	deps    Deps
	margin  time.Duration
	longest time.Duration // a store that hangs must not hold its terminal for ever
	flights singleflight.Group
}

// New makes an Issuer. margin is the life a credential must have left to be handed out again, longest bounds one fetch.
func New(margin, longest time.Duration, deps Deps) *Issuer {
	return &Issuer{deps: deps, margin: margin, longest: longest}
}

// Get gives a credential for the terminal. Errors: those of WeChat.Ask; Retry when the store is away or ctx ended. A
// caller that leaves does not take the others' answer away.
func (i *Issuer) Get(ctx context.Context, t credential.Terminal, rawdata service.Secret) (Issued, error) {
	if kept, ok, err := i.kept(ctx, t.ID()); ok || err != nil {
		return kept, err
	}
	flight := i.flights.DoChan(t.ID(), func() (any, error) {
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), i.longest)
		defer cancel()
		return i.fetch(own, t, rawdata)
	})
	select {
	case landed := <-flight:
		issued, _ := landed.Val.(Issued)
		return issued, landed.Err
	case <-ctx.Done():
		return Issued{}, fault.Wrap(ctx.Err(), fault.Retry, "request_ended", "waiting for a credential")
	}
}

// fetch asks WeChat and keeps the answer. It looks once more first: another flight may have landed in between.
func (i *Issuer) fetch(ctx context.Context, t credential.Terminal, rawdata service.Secret) (Issued, error) {
	if kept, ok, err := i.kept(ctx, t.ID()); ok || err != nil {
		return kept, err
	}
	issuedAt := i.deps.Clock.Now() // before the call, so that expires_in is never overestimated
	grant, err := i.deps.WeChat.Ask(ctx, t, rawdata)
	if err != nil {
		return Issued{}, err
	}
	authinfo := grant.Reveal()
	sealed, err := i.deps.Sealer.Seal([]byte(authinfo), []byte(t.ID()))
	if err != nil {
		return Issued{}, err
	}
	issued := Issued{Authinfo: service.NewSecret([]byte(authinfo)), ExpiresAt: issuedAt.Add(grant.ExpiresIn)}
	err = i.deps.Credentials.Turn(ctx, t.Merchant, t.ID(), "", func(turn *aggregate.Turn[credential.Credential]) (aggregate.Decision, error) {
		turn.State.Renew(t, credential.Sealed(sealed), issuedAt, issued.ExpiresAt)
		issued.Given = session.Given{ID: t.ID(), Issue: turn.State.Issue}
		turn.Emit(wire.CredentialIssued(t.Merchant, *turn.State))
		return aggregate.Save, nil
	})
	return issued, err
}

// kept gives the stored credential if it may be handed out.
func (i *Issuer) kept(ctx context.Context, id string) (Issued, bool, error) {
	c, found, err := i.deps.Credentials.ByID(ctx, id)
	if err != nil || !found || !c.Usable(i.deps.Clock.Now(), i.margin) {
		return Issued{}, false, err
	}
	authinfo, err := i.deps.Sealer.Open(seal.Sealed(c.Sealed), []byte(id))
	if err != nil {
		// The key is gone or not here yet, or the document was tampered with. A new credential replaces it.
		i.deps.Log.WarnContext(ctx, "a stored credential does not open, asking for a new one",
			"credential", id, service.KeyCode, fault.CodeOf(err))
		return Issued{}, false, nil
	}
	return Issued{Given: session.Given{ID: id, Issue: c.Issue}, Authinfo: service.NewSecret(authinfo), ExpiresAt: c.ExpiresAt}, true, nil
}

// Drop forgets a credential that a kiosk's SDK refused, unless a newer one is held by now. Errors are Retry.
func (i *Issuer) Drop(ctx context.Context, merchant string, given session.Given) error {
	return i.deps.Credentials.Turn(ctx, merchant, given.ID, "", func(turn *aggregate.Turn[credential.Credential]) (aggregate.Decision, error) {
		if turn.New || !turn.State.Drop(given.Issue, turn.Now) {
			return aggregate.Skip, nil
		}
		return aggregate.Save, nil
	})
}
