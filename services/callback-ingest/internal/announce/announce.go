// Package announce publishes stored notices: at once after the answer, and in a sweep what had to wait. Publishing twice
// is harmless: the event's id is the notice's, the broker drops a repeat within its window and listeners know the fact.
package announce

import (
	"context"
	"log/slog"
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
	// every is the time between two sweeps; a sweep leaves alone what is younger than settled, which is on its way.
	every, settled time.Duration
	queue          chan *journal.Notice
	away           bool // what the last sweep found; the sweep's own
}

// mostAtOnce is how many events are under way to the broker together, from each of the two paths.
const mostAtOnce = 256

// New makes an Announcer that sweeps every so often, on the clock, what has waited for longer than settled.
func New(deps Deps, every, settled time.Duration) *Announcer {
	return &Announcer{Deps: deps, every: every, settled: settled, queue: make(chan *journal.Notice, 4*mostAtOnce)}
}

// Offer hands a stored notice over for publishing at once. It never blocks: when too many wait, the sweep takes it.
func (a *Announcer) Offer(n *journal.Notice) {
	light := *n
	light.Body = nil // it is not needed to publish, and may be large
	select {
	case a.queue <- &light:
	default:
	}
}

// RunAtOnce publishes what is offered until ctx ends. A failure is counted and left to the sweep.
func (a *Announcer) RunAtOnce(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case n := <-a.queue:
			// A stop does not cut between publishing and marking.
			if _, err := a.publish(context.WithoutCancel(ctx), a.withOffered(n)); err != nil {
				a.Log.Warn("published and not marked; the sweep publishes it again", service.KeyError, err)
			}
		}
	}
}

// withOffered adds to first what else is offered now.
func (a *Announcer) withOffered(first *journal.Notice) []*journal.Notice {
	ns := []*journal.Notice{first}
	for len(ns) < mostAtOnce {
		select {
		case n := <-a.queue:
			ns = append(ns, n)
		default:
			return ns
		}
	}
	return ns
}
