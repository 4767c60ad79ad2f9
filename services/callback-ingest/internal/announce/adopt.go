package announce

import (
	"context"
	"errors"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
)

// Adopt tries every unroutable notice again, once: merchants.yaml, or what we can read, may have changed since. Those
// that fit now wait to be published. WeChat was told 200 and will not send them again, so this is how they have their
// effect after all.
func (a *Announcer) Adopt(ctx context.Context) error {
	tried, adopted := 0, 0
	for n, err := range a.Journal.Unroutable(ctx) {
		if err != nil {
			return err
		}
		tried++
		routed, err := a.Router.Route(n.Account, n.EventType, n.Entity)
		if err != nil {
			continue // it still fits nobody
		}
		if err := a.Journal.MarkRouted(ctx, n.ID, routed.Merchant, routed.Entity.Fact().OrderNo()); err != nil {
			return err
		}
		adopted++
	}
	if tried > 0 {
		a.Log.Warn("unroutable notices tried again", "count", tried, "adopted", adopted)
	}
	return nil
}

// RunAdopt tries until one round went through, then waits for ctx to end: what can be routed changes with a restart only.
func (a *Announcer) RunAdopt(ctx context.Context) error {
	for {
		err := a.Adopt(ctx)
		if err == nil {
			<-ctx.Done()
			return nil
		}
		if _, unreadable := errors.AsType[*docstore.Unreadable](err); unreadable { // all others were tried
			a.Log.Error("unroutable notices cannot be read", service.KeyCode, fault.CodeOf(err), service.KeyError, err)
			<-ctx.Done()
			return nil
		}
		if ctx.Err() == nil {
			a.Log.Warn("unroutable notices not tried again yet", service.KeyCode, fault.CodeOf(err), service.KeyError, err)
		}
		if a.Clock.Sleep(ctx, a.pace.SweepEvery) != nil {
			return nil
		}
	}
}
