// Package announce publishes stored notices: at once after the answer, and in a sweep what had to wait. Publishing twice
// is harmless: the event's id is the notice's, the broker drops a repeat within its window and listeners know the fact.
package announce

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/wire"
)

// Bus is the part of the broker that is needed: errs[i] tells of es[i], nil is an acknowledgement.
type Bus interface {
	PublishMany(ctx context.Context, es []event.Event) (errs []error)
}

// Deps are what an Announcer works with.
type Deps struct {
	Bus     Bus
	Journal *journal.Journal
	Router  route.Router
	Users   wire.UserKey
	Tally   *tally.Tally
	Clock   clock.Clock
	Log     *slog.Logger
}

// Announcer publishes notices.
type Announcer struct {
	Deps
	pace  Pace
	queue chan offered
	// missed is set when something did not fit in the queue.
	missed atomic.Bool
	away   bool // what the last sweep found; the sweep's own
}

// Pace is when an Announcer publishes, on the clock.
type Pace struct {
	// SweepEvery is the time between two sweeps.
	SweepEvery time.Duration
	// AdoptEvery is the time between two tries to route what fitted no merchant.
	AdoptEvery time.Duration
	// Settled is how old a notice is before a sweep takes it: younger ones are on their way.
	Settled time.Duration
	// GiveWay is how old a notice becomes at most while publishing waits for answers; 0: it never waits.
	GiveWay time.Duration
}

// offered is a stored notice, with what the door read in it.
type offered struct {
	notice *journal.Notice
	routed route.Routed
}

// mostAtOnce is how many events are under way to the broker together, from each of the two paths.
const mostAtOnce = 256

// mostOffered is how many wait in memory, some 2 KiB each: a burst that the door takes faster than the broker. Reading one
// from the store again costs more than everything else that is done to publish it.
const mostOffered = 32 * mostAtOnce

// New makes an Announcer.
func New(deps Deps, pace Pace) *Announcer {
	return &Announcer{Deps: deps, pace: pace, queue: make(chan offered, mostOffered)}
}

// Offer hands a stored notice over for publishing at once, with its entity as the door read and routed it. It never
// blocks: what does not fit is taken from the store as soon as the queue is empty.
func (a *Announcer) Offer(n *journal.Notice, routed route.Routed) {
	light := *n
	light.Body, light.Entity = nil, nil // they are not needed to publish, and may be large
	select {
	case a.queue <- offered{&light, routed}:
	default:
		a.missed.Store(true)
	}
}

// RunAtOnce publishes what is offered until ctx ends. A failure is counted and left to the sweep.
func (a *Announcer) RunAtOnce(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case first := <-a.queue:
			a.giveWay(ctx, first.notice.ReceivedAt)
			// A stop does not cut between publishing and marking.
			if _, err := a.publish(context.WithoutCancel(ctx), a.withOffered(first)); err != nil {
				a.Log.Warn("published and not marked; the sweep publishes it again", service.KeyError, err)
			}
		}
		if len(a.queue) == 0 && a.missed.CompareAndSwap(true, false) {
			if _, err := a.backlog(ctx, a.Clock.Now()); err != nil && ctx.Err() == nil {
				a.Log.Warn("what did not fit waits for the sweep", service.KeyError, err)
			}
		}
	}
}

// withOffered adds to first what else is offered now.
func (a *Announcer) withOffered(first offered) []outgoing {
	out := []outgoing{a.outgoing(first.notice, first.routed, nil)}
	for len(out) < mostAtOnce {
		select {
		case o := <-a.queue:
			out = append(out, a.outgoing(o.notice, o.routed, nil))
		default:
			return out
		}
	}
	return out
}
