package bus

import (
	"context"

	"github.com/nats-io/nats.go"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// runTwice runs the handler, and then runs it again as if the first outcome had not reached the broker. The second
// outcome settles the message. Two that contradict each other are a handler that is not idempotent: it is counted.
func (s *Subscription) runTwice(ctx context.Context, msg *nats.Msg) (event.Event, error) {
	_, first := s.run(ctx, msg)
	e, second := s.run(ctx, msg)
	if s.contradict(first, second) {
		s.bus.contradictions.Add(1)
		s.bus.log.Error("a handler run twice contradicts itself", "service", s.service, "type", e.Type, "event_id", e.ID,
			"first_class", fault.ClassOf(first).String(), "first", first, "second_class", fault.ClassOf(second).String(), "second", second)
	}
	return e, second
}

// Contradictions is how many messages had another outcome when their handler ran again (Options.DeliverTwice).
func (b *Bus) Contradictions() int64 { return b.contradictions.Load() }

// contradict compares what two runs decided for good. A run that is only to be repeated decided nothing.
func (s *Subscription) contradict(first, second error) bool {
	f, _ := judge(s.bus.tempo, first, failures{unexplained: patience})
	g, _ := judge(s.bus.tempo, second, failures{unexplained: patience})
	return f != later && g != later && f != g
}
