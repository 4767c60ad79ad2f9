package bus

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// Handler takes one event. It is called again for the same event whenever the outcome was not recorded, in any order
// with others, so its effect must be the same however often it runs. Its error's class decides what happens next. ctx
// ends after ten minutes: by then another delivery may be on its way.
type Handler func(ctx context.Context, e event.Event, m proto.Message) error

// Handlers maps the events a service listens to (by full message name) to their handlers.
type Handlers map[string]Handler

// On makes a Handlers entry for one message type.
func On[M proto.Message](hs Handlers, handle func(ctx context.Context, e event.Event, m M) error) {
	var m M
	hs[string(m.ProtoReflect().Descriptor().FullName())] = func(ctx context.Context, e event.Event, m proto.Message) error {
		return handle(ctx, e, m.(M))
	}
}

// Subscription consumes for one service. It is a part with Start and Stop.
type Subscription struct {
	bus      *Bus
	service  string
	handlers Handlers
	crew     *crew
	tries    *tries

	intake context.Context // ends when no more is taken
	life   context.Context // of the handlers: ends only after they were given time
	pulls  []*pull

	stopIntake, endLife context.CancelFunc
}

// Subscribe prepares consumption of everything the contract says the service listens to. workers handlers run at once, at
// most half of what others leave for one merchant; messages of one key run one after the other, to spare versioned writes
// their conflicts (order is not promised).
// Handlers that differ from the contract's listeners are a Terminal error.
func (b *Bus) Subscribe(service string, workers int, handlers Handlers) (*Subscription, error) {
	wanted := 0
	for _, e := range contract.Events() {
		listens := slices.Contains(e.Listeners, service)
		if _, ok := handlers[string(e.Name)]; ok != listens {
			return nil, fault.New(fault.Terminal, "handlers_differ", "%s: handler present is %v, the contract says %v", e.Name, ok, listens)
		}
		if listens {
			wanted++
		}
	}
	if len(handlers) != wanted {
		return nil, fault.New(fault.Terminal, "handlers_differ", "%d handlers, %d events to listen to: one is for no event", len(handlers), wanted)
	}
	return &Subscription{bus: b, service: service, handlers: handlers, crew: newCrew(workers), tries: newTries(outstanding(service))}, nil
}

// outstanding is how many messages the broker may have out for a service, over all its consumers.
func outstanding(service string) int {
	n := 0
	for _, c := range Consumers() {
		if c.Service == service {
			n += c.Config.MaxAckPending
		}
	}
	return n
}

// Start verifies the topology and begins to pull. When it fails nothing is left running.
func (s *Subscription) Start(ctx context.Context) error {
	if err := s.bus.Verify(ctx, s.service); err != nil {
		return err
	}
	return s.begin(ctx)
}

func (s *Subscription) begin(ctx context.Context) error {
	for _, c := range consumers(s.bus.tempo) {
		if c.Service != s.service {
			continue
		}
		p, err := s.open(ctx, c)
		if err != nil {
			for _, opened := range s.pulls {
				opened.leave()
			}
			s.pulls = nil
			return err
		}
		s.pulls = append(s.pulls, p)
	}
	s.intake, s.stopIntake = context.WithCancel(context.WithoutCancel(ctx))
	s.life, s.endLife = context.WithCancel(context.WithoutCancel(ctx))
	for _, p := range s.pulls {
		p.start()
	}
	return nil
}

// Stop stops the intake and gives back what was not begun, lets running handlers finish until ctx ends (then the error
// is Retry), and only then cancels them.
func (s *Subscription) Stop(ctx context.Context) error {
	s.stopIntake()
	defer s.endLife()
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		for _, p := range s.pulls {
			<-p.ended
		}
		s.crew.wait()
	}()
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return fault.Wrap(ctx.Err(), fault.Retry, "drain_timeout", "waiting for running handlers of "+s.service)
	}
}

// take hands a message to the crew. From here on it is kept by heartbeats, also while it waits for its turn. What a key
// or a merchant has beyond its share goes back to the broker for a moment, and the messages of others come forward.
func (s *Subscription) take(msg *nats.Msg) {
	ctx, release := context.WithTimeout(s.life, s.bus.tempo.hold())
	go s.keep(ctx, msg)
	answer, again := s.crew.take(s.intake.Done(), laneKey(msg.Subject), func() {
		defer release()
		if s.intake.Err() != nil {
			giveBack(msg)
			return
		}
		start := time.Now()
		run := s.run
		if s.bus.twice {
			run = s.runTwice
		}
		e, err := run(ctx, msg)
		s.settle(s.life, msg, e, err, time.Since(start))
	})
	if answer == taken {
		return
	}
	release()
	if answer == crowded {
		giveBackFor(msg, s.bus.tempo.first+time.Until(again))
	} else {
		giveBack(msg)
	}
}

// keep tells the broker that the message is still ours, until ctx ends.
func (s *Subscription) keep(ctx context.Context, msg *nats.Msg) {
	ticker := time.NewTicker(s.bus.tempo.heartbeat())
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = inProgress(msg) // a lost heartbeat at worst means one more delivery
		case <-ctx.Done():
			return
		}
	}
}

func (s *Subscription) run(ctx context.Context, msg *nats.Msg) (e event.Event, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &panicked{value: fmt.Sprintf("%T", r), stack: debug.Stack()}
		}
	}()
	meta, err := msg.Metadata()
	if err != nil {
		return e, err
	}
	e, m, err := event.Read(msg.Subject, msg.Header, msg.Data, meta.Timestamp.UTC())
	if err != nil {
		return e, err
	}
	e.Waited = max(0, time.Since(meta.Timestamp))
	return e, s.handlers[e.Type](e.Context(ctx), e, m)
}

// laneKey is the merchant and key part of a subject: all facts of one order share a lane.
func laneKey(subject string) string {
	tokens := strings.SplitN(subject, ".", 6)
	return strings.Join(tokens[min(3, len(tokens)):min(5, len(tokens))], ".")
}

// panicked is a handler's panic. The value's text may quote content, so only its type is kept; the place is in the log.
type panicked struct {
	value string
	stack []byte
}

func (p *panicked) Error() string { return "handler panicked with " + p.value }
