package announce

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/wire"
)

// outgoing is a notice with its event, or with why it has none.
type outgoing struct {
	notice *journal.Notice
	event  event.Event
	err    error
}

// stored reads the entities of notices from the store again.
func (a *Announcer) stored(ns []*journal.Notice) []outgoing {
	out := make([]outgoing, len(ns))
	for i, n := range ns {
		routed, err := a.Router.Route(n.Account, n.EventType, n.Entity)
		out[i] = a.outgoing(n, routed, err)
	}
	return out
}

// outgoing makes a notice's event, always the same from the same entity; err is that of its routing.
func (a *Announcer) outgoing(n *journal.Notice, routed route.Routed, err error) outgoing {
	o := outgoing{notice: n, err: err}
	if err == nil {
		m := routed.Entity.Message(wire.Origin(n), routed.Merchant, a.Users)
		o.event, o.err = event.New(event.Event{TraceParent: n.TraceParent}.Context(context.Background()), n.ID, n.ReceivedAt, m)
	}
	return o
}

// publish publishes and marks notices. away means that the broker acknowledged none of what was sent. The error is the
// store's: marks are missing, and nothing but a repetition follows from that.
func (a *Announcer) publish(ctx context.Context, out []outgoing) (away bool, err error) {
	var events []event.Event
	var misfits []string
	for _, o := range out {
		if n := o.notice; o.err != nil {
			a.Log.Error("notice cannot be published", service.KeyEventID, n.ID, "account", n.Account,
				service.KeyEventType, n.EventType, service.KeyError, o.err)
			misfits = append(misfits, n.ID)
			continue
		}
		events = append(events, o.event)
	}
	var done []string
	for i, err := range a.Bus.PublishMany(ctx, events) {
		if err == nil {
			done = append(done, events[i].ID)
		}
	}
	a.Tally.Published(ctx, len(done), len(events)-len(done))
	away = len(events) > 0 && len(done) == 0
	if err := a.Journal.MarkUnroutable(ctx, misfits); err != nil {
		return away, err
	}
	return away, a.Journal.MarkPublished(ctx, done, a.Clock.Now())
}
