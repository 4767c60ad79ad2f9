package announce

import (
	"context"
	"errors"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
)

// adoption is what one round over the unroutable notices came to.
type adoption struct {
	// tried are those that were looked at, adopted those that fit a merchant now.
	tried, adopted int
	// code is that of the error that ended the round, "" when none did.
	code string
}

// adopt tries every unroutable notice again: merchants.yaml, or what we can read, may have changed since. Those that fit
// now wait to be published. WeChat was told 200 and will not send them again, so this is how they have their effect
// after all.
func (a *Announcer) adopt(ctx context.Context) (done adoption, err error) {
	for n, err := range a.Journal.Unroutable(ctx) {
		if err != nil {
			return done, err
		}
		done.tried++
		routed, err := a.Router.Route(n.Account, n.EventType, n.Entity)
		if err != nil {
			continue // it still fits nobody
		}
		if err := a.Journal.MarkRouted(ctx, n.ID, routed.Merchant, routed.Entity.Fact().OrderNo()); err != nil {
			return done, err
		}
		done.adopted++
	}
	return done, nil
}

// RunAdopt tries at once and then every AdoptEvery, until ctx ends: during a rolling update an older replica, which does
// not know the merchant yet, can make notices unroutable long after this one started. A round that the store broke off
// is followed by the next one after SweepEvery.
func (a *Announcer) RunAdopt(ctx context.Context) error {
	var before adoption
	for {
		done, err := a.adopt(ctx)
		done.code = fault.CodeOf(err)
		if ctx.Err() == nil && (done != before || done.adopted > 0) { // the same every minute is said once
			a.tellAdoption(done, err)
		}
		before = done
		wait := a.pace.AdoptEvery
		if _, unreadable := errors.AsType[*docstore.Unreadable](err); err != nil && !unreadable { // else all others were tried
			wait = a.pace.SweepEvery
		}
		if a.Clock.Sleep(ctx, wait) != nil {
			return nil
		}
	}
}

func (a *Announcer) tellAdoption(done adoption, err error) {
	if done.tried > 0 {
		a.Log.Warn("unroutable notices tried again", "count", done.tried, "adopted", done.adopted)
	}
	if err != nil {
		a.Log.Error("not every unroutable notice could be tried", service.KeyCode, done.code, service.KeyError, err)
	}
}
