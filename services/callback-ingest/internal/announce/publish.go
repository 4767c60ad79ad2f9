package announce

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/wire"
)

// publish publishes and marks notices. away means that the broker acknowledged none of what was sent. The error is the
// store's: marks are missing, and nothing but a repetition follows from that.
func (a *Announcer) publish(ctx context.Context, ns []*journal.Notice) (away bool, err error) {
	var events []event.Event
	var misfits []string
	for _, n := range ns {
		e, err := a.event(ctx, n)
		if err != nil {
			a.Log.Error("notice cannot be published", service.KeyEventID, n.ID, "account", n.Account,
				service.KeyEventType, n.EventType, service.KeyError, err)
			misfits = append(misfits, n.ID)
			continue
		}
		events = append(events, e)
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

// event is the notice's event, always the same: the entity is read again, so that both paths publish what is stored.
func (a *Announcer) event(ctx context.Context, n *journal.Notice) (event.Event, error) {
	routed, err := a.Router.Route(n.Account, n.EventType, n.Entity)
	if err != nil {
		return event.Event{}, err
	}
	m := routed.Entity.Message(wire.Origin(n), routed.Merchant, a.Users)
	return event.New(event.Event{TraceParent: n.TraceParent}.Context(ctx), n.ID, n.ReceivedAt, m)
}
