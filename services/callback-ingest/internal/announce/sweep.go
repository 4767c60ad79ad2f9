package announce

import (
	"context"
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
)

// RunSweep publishes what waited, at once and then again and again, until ctx ends: what the broker did not take, what
// did not fit in the queue, what a crash left between storing and publishing. Several replicas may sweep.
func (a *Announcer) RunSweep(ctx context.Context) error {
	for {
		if err := a.sweep(ctx); err != nil && ctx.Err() == nil {
			a.Log.Warn("sweep not finished", service.KeyCode, fault.CodeOf(err), service.KeyError, err)
		}
		if a.Clock.Sleep(ctx, a.pace.SweepEvery) != nil {
			return nil
		}
	}
}

// sweep works off what has waited for long.
func (a *Announcer) sweep(ctx context.Context) error {
	away, err := a.backlog(ctx, a.Clock.Now().Add(-a.pace.Settled))
	if _, unreadable := errors.AsType[*docstore.Unreadable](err); err != nil && !unreadable { // all others were seen to
		return err
	}
	a.tellChange(away)
	return errors.Join(err, a.measure(ctx))
}

// backlog publishes what waits in the store and came before a time, oldest first. A page of which nothing was
// acknowledged ends it: the broker is away. A single failure does not: no notice waits for another.
func (a *Announcer) backlog(ctx context.Context, before time.Time) (away bool, err error) {
	for page, err := range a.Journal.WaitingPages(ctx, before) {
		if err != nil {
			return away, err
		}
		if away, err = a.publish(context.WithoutCancel(ctx), a.stored(page)); err != nil {
			return away, err
		}
		if away || ctx.Err() != nil {
			break
		}
	}
	return away, nil
}

// tellChange logs when the broker goes and when it is back, not at every sweep between.
func (a *Announcer) tellChange(away bool) {
	switch {
	case away && !a.away:
		a.Log.Warn("the broker takes no events; notices are stored and wait")
	case !away && a.away:
		a.Log.Info("the broker takes events again")
	}
	a.away = away
}

func (a *Announcer) measure(ctx context.Context) error {
	oldest, waits, err := a.Journal.OldestWaiting(ctx)
	if err != nil {
		return err
	}
	if !waits {
		oldest = time.Time{}
	}
	a.Tally.Waiting(oldest)
	return nil
}
