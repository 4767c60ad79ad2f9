package handle

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/service"

	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/session"
	"github.com/facepay-go/facepay/services/authinfo/internal/wire"
)

const (
	// claim keeps other replicas from a due session while it is being expired; a failed one is due again after it.
	claim = 30 * time.Second
	// expiring bounds how many sessions are being expired at once, altogether and for one merchant.
	expiring, expiringPerMerchant = 32, 16
)

// SessionDue expires sessions whose time is over.
type SessionDue struct {
	Sessions document.Sessions
	// Every is how often due sessions are looked for.
	Every time.Duration
	Log   *slog.Logger
}

// Sweep runs until ctx ends, and then finishes what it began.
func (h *SessionDue) Sweep(ctx context.Context) error {
	lanes := lane.New(expiring, expiringPerMerchant)
	work := context.WithoutCancel(ctx)
	h.Sessions.SweepDue(ctx, h.Every, claim, func(merchant string) (aggregate.Slot, bool) {
		slot, err := lanes.Reserve(merchant)
		return expiry{h, slot, work, merchant}, err == nil
	})
	return lanes.Drain(work)
}

// Expire ends the session with that document id if its time is over and no face result was seen. Errors are Retry; the
// claim's end brings it back.
func (h *SessionDue) Expire(ctx context.Context, merchant, id string) error {
	return h.Sessions.Turn(ctx, merchant, id, "", func(t *aggregate.Turn[session.Session]) (aggregate.Decision, error) {
		if t.New || !t.State.Expire(t.Now) {
			return aggregate.Skip, nil
		}
		t.DueAt = time.Time{}
		t.Emit(wire.SessionExpired(merchant, *t.State))
		return aggregate.Save, nil
	})
}

// expiry is one reserved place in the lanes.
type expiry struct {
	*SessionDue
	slot     *lane.Slot
	ctx      context.Context
	merchant string
}

// Run expires the session on a goroutine of its own.
func (e expiry) Run(id string) {
	e.slot.Go(func() {
		if err := e.Expire(e.ctx, e.merchant, id); err != nil {
			_, number, _ := strings.Cut(id, "/")
			e.Log.WarnContext(e.ctx, "session not expired", service.KeyMerchant, e.merchant, service.KeyOutOrderNo, number,
				service.KeyError, err, "next", "again in "+claim.String())
		}
	})
}

// Release gives the place back unused.
func (e expiry) Release() { e.slot.Release() }
