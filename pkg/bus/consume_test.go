package bus

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

func TestHandlersAreExactlyThoseOfTheContract(t *testing.T) {
	b := applied(t, production())
	missing := handlersOf(service, answers(nil))
	delete(missing, "facepay.kiosk.v1.ServiceEnded")
	extra := handlersOf(service, answers(nil))
	extra["facepay.order.v1.OrderOpened"] = answers(nil)
	nonsense := handlersOf(service, answers(nil))
	nonsense["facepay.kiosk.v1.RiskFund"] = answers(nil)
	for name, hs := range map[string]Handlers{"missing": missing, "extra": extra, "no event": nonsense, "none": nil} {
		if _, err := b.Subscribe(service, 1, hs); fault.CodeOf(err) != "handlers_differ" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAHandlerGetsTheTypedFactOfASlimGateway(t *testing.T) {
	b := applied(t, production())
	hs := handlersOf(service, answers(nil))
	got := make(chan *kioskv1.ServiceEnded, 1)
	On(hs, func(_ context.Context, e event.Event, m *kioskv1.ServiceEnded) error {
		if want, err := event.FactID(m); e.ID != want || err != nil {
			t.Errorf("id %s, want %s (%v)", e.ID, want, err)
		}
		got <- m
		return nil
	})
	s, err := b.Subscribe(service, 4, hs)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	publishRaw(t, b, "facepay.kiosk.service_ended.m.N1", []byte(`{"merchant":"m","out_order_no":"N1","total_amount_fen":"250"}`))
	if m := receive(t, got, "the fact"); m.GetTotalAmountFen() != 250 {
		t.Errorf("got %v", m)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestFactsOfOneOrderNeverRunAtOnceAndFactsOfOthersDo(t *testing.T) {
	b := applied(t, production())
	const facts = 8
	var running atomic.Int32
	other, done := make(chan struct{}), make(chan struct{}, facts)
	started(t, b, facts+1, func(_ context.Context, e event.Event, _ proto.Message) error {
		if e.Key == "other" {
			close(other)
			return nil
		}
		if running.Add(1) > 1 {
			t.Error("two facts of one order at once")
		}
		<-other
		running.Add(-1)
		done <- struct{}{}
		return nil
	})
	for i := range facts {
		m := ended("one")
		m.EndTimeRemark = number(i)
		publish(t, b, m)
	}
	within(t, 10*time.Second, "all facts of the order are in our hands", func() bool { return inHand(t, b) == facts })
	publish(t, b, ended("other"))
	for range facts {
		receive(t, done, "all facts handled")
	}
}

func TestASlowHandlerKeepsItsMessageBeyondAckWait(t *testing.T) {
	b := applied(t, quick())
	var runs atomic.Int32
	release, began := make(chan struct{}), make(chan struct{}, 8)
	// One worker: the second fact waits in the crew behind the slow one, and is kept all the same.
	started(t, b, 1, func(context.Context, event.Event, proto.Message) error {
		runs.Add(1)
		began <- struct{}{}
		<-release
		return nil
	})
	publish(t, b, ended("slow"))
	publish(t, b, ended("behind"))
	receive(t, began, "the slow handler")
	past := time.After(5 * b.tempo.ackWait / 2)
	<-past // AckWait is the broker's clock: this is what is being measured, not a way to synchronise
	close(release)
	within(t, 10*time.Second, "both acknowledged", func() bool { return unacked(t, b) == 0 })
	if n := runs.Load(); n != 2 {
		t.Errorf("%d runs of 2 facts", n)
	}
}

func TestAHandlersContextEndsWhenItsMessageIsNoLongerKept(t *testing.T) {
	pace := quick()
	pace.ackWait = 50 * time.Millisecond
	b := applied(t, pace)
	ends := make(chan time.Duration, 100)
	started(t, b, 1, func(ctx context.Context, _ event.Event, _ proto.Message) error {
		start := time.Now()
		<-ctx.Done()
		ends <- time.Since(start)
		return nil
	})
	publish(t, b, ended("hung"))
	if took := receive(t, ends, "the end of the context"); took > 2*pace.hold() {
		t.Errorf("a handler was kept for %v, want %v", took, pace.hold())
	}
}

func TestStopFinishesWhatRunsAndGivesTheRestToTheNextSubscription(t *testing.T) {
	b := applied(t, production()) // AckWait is 30 s: what comes sooner was given back
	began, release := make(chan event.Event, 4), make(chan struct{})
	first := subscribe(t, b, 2, func(_ context.Context, e event.Event, _ proto.Message) error {
		began <- e
		<-release
		return nil
	})
	if err := first.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	// One runs, one waits behind it for the order, one for a place, and the others are with the broker.
	behind := ended("N0")
	behind.EndTimeRemark = "again"
	for _, m := range []proto.Message{ended("N0"), behind, ended("N1"), ended("N2"), ended("N3")} {
		publish(t, b, m)
	}
	running := receive(t, began, "the first handler")
	within(t, 10*time.Second, "three facts are in our hands", func() bool { return inHand(t, b) == 3 })
	stopped := make(chan error, 1)
	go func() { stopped <- first.Stop(context.Background()) }()
	<-first.intake.Done()
	select {
	case err := <-stopped:
		t.Fatalf("Stop did not wait for the running handler: %v", err)
	default:
	}
	close(release)
	if err := receive(t, stopped, "Stop"); err != nil {
		t.Fatal(err)
	}

	runs := make(chan event.Event, 8)
	started(t, b, 2, delivered(runs))
	seen := map[string]bool{running.ID: true}
	for range 4 {
		e := receive(t, runs, "what was not begun")
		if seen[e.ID] {
			t.Errorf("%s was handled twice", e.Key)
		}
		seen[e.ID] = true
	}
	if len(began) != 0 {
		t.Error("a handler began after Stop")
	}
}

func TestAMessageThatArrivesWhileStoppingIsGivenBack(t *testing.T) {
	b := applied(t, production())
	s := subscribe(t, b, 1, answers(nil))
	for _, c := range consumers(b.tempo) {
		if c.Service != service || c.Stream != "KIOSK" {
			continue
		}
		p, err := s.open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		// The pull has asked, and nobody reads the answer.
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if msg, err := p.next(gone); msg != nil || err != nil {
			t.Fatal(msg, err)
		}
		publish(t, b, ended("N1"))
		within(t, 10*time.Second, "the broker has sent it", func() bool { return inHand(t, b) == 1 })
		p.leave()
	}
	runs := make(chan event.Event, 1)
	started(t, b, 1, delivered(runs))
	receive(t, runs, "the message")
}

func TestStopGivesUpOnAHandlerThatDoesNotEnd(t *testing.T) {
	b := applied(t, quick())
	began, cancelled := make(chan struct{}, 100), make(chan struct{}, 100)
	s := subscribe(t, b, 1, func(ctx context.Context, _ event.Event, _ proto.Message) error {
		began <- struct{}{}
		<-ctx.Done()
		cancelled <- struct{}{}
		return fault.Wrap(ctx.Err(), fault.Retry, "interrupted", "waiting")
	})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish(t, b, ended("N1"))
	receive(t, began, "the handler")
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); fault.CodeOf(err) != "drain_timeout" || !fault.Is(err, fault.Retry) {
		t.Errorf("got %v", err)
	}
	receive(t, cancelled, "the handler's context ends")
}

func TestAMessageOfAKilledConsumerComesAgain(t *testing.T) {
	server := serve(t, t.TempDir(), "127.0.0.1:0")
	doomed := connect(t, server, quick())
	if err := doomed.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	began, never := make(chan struct{}, 1), make(chan struct{})
	defer close(never)
	s := subscribe(t, doomed, 1, func(context.Context, event.Event, proto.Message) error {
		began <- struct{}{}
		<-never
		return nil
	})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	publish(t, doomed, ended("N1"))
	receive(t, began, "the first run")
	doomed.Close() // no Stop, no acknowledgement: as if the process were killed

	runs := make(chan event.Event, 1)
	started(t, connect(t, server, quick()), 1, delivered(runs))
	if e := receive(t, runs, "the second run"); e.Key != "N1" {
		t.Errorf("got %s", e.Key)
	}
}

func TestConsumptionGoesOnAfterTheBrokerWasAway(t *testing.T) {
	server := serve(t, t.TempDir(), "127.0.0.1:0")
	b := connect(t, server, quick())
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	runs := make(chan event.Event, 16)
	started(t, b, 2, delivered(runs))
	publish(t, b, ended("before"))
	receive(t, runs, "the fact before")
	server.Stop()
	if err := server.Again(); err != nil {
		t.Fatal(err)
	}
	e := eventOf(t, ended("after"))
	within(t, 20*time.Second, "published after the restart", func() bool { return b.Publish(t.Context(), e) == nil })
	for receive(t, runs, "the fact after").Key != "after" {
	}
}

func TestConsumptionGoesOnWhenItsConsumerWasDeletedAndAppliedAgain(t *testing.T) {
	b := applied(t, quick())
	runs := make(chan event.Event, 16)
	started(t, b, 2, delivered(runs))
	publish(t, b, ended("before"))
	receive(t, runs, "the fact before")
	if err := b.js.DeleteConsumer(t.Context(), "KIOSK", service); err != nil {
		t.Fatal(err)
	}
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	publish(t, b, ended("after"))
	for receive(t, runs, "the fact after").Key != "after" {
	}
}

// BenchmarkConsume is the rate of one subscription whose handlers do nothing.
func BenchmarkConsume(b *testing.B) {
	bus := applied(b, production())
	for _, err := range bus.PublishMany(b.Context(), facts(b, b.N)) {
		if err != nil {
			b.Fatal(err)
		}
	}
	done := make(chan struct{}, b.N)
	b.ResetTimer()
	started(b, bus, 32, func(context.Context, event.Event, proto.Message) error {
		done <- struct{}{}
		return nil
	})
	for range b.N {
		<-done
	}
}
