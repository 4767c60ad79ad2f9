package bus

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func TestAReplayedDeadLetterIsHandledAgainAsTheSameFactOncePerMinute(t *testing.T) {
	b := applied(t, quick())
	var cured atomic.Bool
	runs := make(chan event.Event, 16)
	started(t, b, 2, func(_ context.Context, e event.Event, _ proto.Message) error {
		if !cured.Load() {
			return fault.New(fault.Terminal, "bad_configuration", "no such service")
		}
		runs <- e
		return nil
	})
	fact := eventOf(t, ended("N1"))
	if err := b.Publish(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, "set aside", func() bool { return len(deadLetters(t, b)) == 1 })
	cured.Store(true)
	letter := deadLetters(t, b)[0]
	for range 3 { // an impatient operator
		if err := b.Replay(t.Context(), letter.Seq, when); err != nil {
			t.Fatal(err)
		}
	}
	if got := receive(t, runs, "the replayed fact"); got.ID != fact.ID || got.Subject != fact.Subject || !got.Time.Equal(fact.Time) {
		t.Errorf("replayed %+v as %+v", fact, got)
	}
	if err := b.Replay(t.Context(), letter.Seq, when.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	receive(t, runs, "the fact replayed a minute later")
	within(t, 10*time.Second, "acknowledged", func() bool { return unacked(t, b) == 0 })
	if n := len(runs); n != 0 {
		t.Errorf("%d more runs", n)
	}
	if all := stored(t, b, "N1"); len(all) != 3 {
		t.Errorf("stored %d times, want the fact and two replays", len(all))
	} else if h := all[1].Header; len(h[deadCode]) != 0 || h["ce-id"][0] != fact.ID {
		t.Errorf("headers of the replay: %v", h)
	}
}

func TestAnUnknownDeadLetterIsNotFound(t *testing.T) {
	if err := applied(t, quick()).Replay(t.Context(), 7, when); !fault.Is(err, fault.NotFound) {
		t.Errorf("got %v", err)
	}
}

func TestDeadLettersAreListedFromANumberOn(t *testing.T) {
	b := applied(t, quick())
	started(t, b, 1, answers(fault.New(fault.Terminal, "bad", "breaks a rule")))
	const n = 300 // more than one batch of a read
	for i := range n {
		publish(t, b, ended(number(i)))
	}
	within(t, 20*time.Second, "all set aside", func() bool { return unacked(t, b) == 0 })
	if got := len(deadLetters(t, b)); got != n {
		t.Fatalf("%d letters, want %d", got, n)
	}
	rest, err := b.DeadLetters(t.Context(), n-1)
	if err != nil || len(rest) != 2 || rest[0].Seq != n-1 || rest[1].Seq != n {
		t.Errorf("from %d on: %+v, %v", n-1, rest, err)
	}
}

func TestADeadLetterWithForgedHeadersHidesNoneBehindItAndCanBeReplayed(t *testing.T) {
	b := applied(t, quick())
	// As a release stored it that copied all headers.
	h := nats.Header{"Status": {"404"}, "Description": {"No Messages"}, deadSubject: {"facepay.kiosk.service_ended.m.N1"}, deadService: {service}}
	if _, err := b.js.PublishMsg(t.Context(), &nats.Msg{Subject: "facepay.deadletter." + service + ".KIOSK", Header: h}); err != nil {
		t.Fatal(err)
	}
	started(t, b, 1, answers(fault.New(fault.Terminal, "bad", "breaks a rule")))
	publishForged(t, b, "facepay.kiosk.service_ended.m.N2", "404")
	publish(t, b, ended("N3"))
	within(t, 10*time.Second, "three letters", func() bool { return len(deadLetters(t, b)) == 3 })
	for seq := range uint64(3) {
		if err := b.Replay(t.Context(), seq+1, when); err != nil {
			t.Errorf("replaying %d: %v", seq+1, err)
		}
	}
	within(t, 10*time.Second, "set aside again", func() bool { return len(deadLetters(t, b)) == 6 && unacked(t, b) == 0 })
	var all []Stored
	if err := b.read(t.Context(), DeadLetters, ">", 2, func(s Stored) { all = append(all, s) }); err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if len(s.Header["Status"])+len(s.Header["Description"])+len(s.Header["Nats-Expected-Stream"]) > 0 {
			t.Errorf("dead letter %d copied %v", s.Seq, s.Header)
		}
	}
}
