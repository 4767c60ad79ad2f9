package bus

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func stored(t testing.TB, b *Bus, key string) []Stored {
	t.Helper()
	all, err := b.About(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOneFactPublishedTwiceIsStoredOnce(t *testing.T) {
	b := applied(t, production())
	e := eventOf(t, ended("N1"))
	for range 3 {
		if err := b.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, err := range b.PublishMany(t.Context(), []event.Event{e, e, eventOf(t, ended("N2"))}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := len(stored(t, b, "N1")); n != 1 {
		t.Errorf("stored %d times", n)
	}
	if n := len(stored(t, b, "N2")); n != 1 {
		t.Errorf("the other fact is stored %d times", n)
	}
}

func TestPublishingFailsQuicklyWithoutABrokerAndWorksWhenItIsBackWithAllItHad(t *testing.T) {
	server := serve(t, t.TempDir(), "127.0.0.1:0")
	b := connect(t, server, production())
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	publish(t, b, ended("before"))
	server.Stop()
	within(t, 10*time.Second, "the client sees the broker gone", func() bool { return !b.Conn().IsConnected() })

	start := time.Now()
	late := []event.Event{eventOf(t, ended("late")), eventOf(t, ended("later"))}
	for _, err := range append(b.PublishMany(t.Context(), late), b.Publish(t.Context(), late[0])) {
		if !fault.Is(err, fault.Retry) {
			t.Errorf("got %v, want Retry", err)
		}
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("refusing took %v", took)
	}

	if err := server.Again(); err != nil {
		t.Fatal(err)
	}
	within(t, 20*time.Second, "published after the restart", func() bool { return b.Publish(t.Context(), late[0]) == nil })
	for _, err := range b.PublishMany(t.Context(), late) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, number := range []string{"before", "late", "later"} {
		if n := len(stored(t, b, number)); n != 1 {
			t.Errorf("%s is stored %d times", number, n)
		}
	}
	if err := b.Verify(t.Context(), service); err != nil {
		t.Errorf("the topology did not survive: %v", err)
	}
}

func TestPublishingToAMissingStreamIsARetryThatSaysSo(t *testing.T) {
	b := connect(t, serve(t, t.TempDir(), "127.0.0.1:0"), production())
	e := eventOf(t, ended("N1"))
	for _, err := range append(b.PublishMany(t.Context(), []event.Event{e}), b.Publish(t.Context(), e)) {
		if !fault.Is(err, fault.Retry) || fault.CodeOf(err) != "stream_missing" {
			t.Errorf("got %v", err)
		}
	}
}

func TestConnectingNeverQuotesThePassword(t *testing.T) {
	const secret = "pa55wort"
	for _, url := range []string{
		"nats://user:" + secret + "@127.0.0.1:1", "nats://user:" + secret + "@127.0.0.1:no-port", "nats://user:" + secret + "/x@127.0.0.1:1",
		"nats://user:" + secret + "%zz@127.0.0.1", "nats://127.0.0.1:1,nats://user:" + secret + "@[::1",
	} {
		_, err := Connect(Options{URL: url}, slog.New(slog.DiscardHandler))
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), secret) {
			t.Errorf("got %v", err)
		}
		if !fault.Is(err, fault.Retry) && !fault.Is(err, fault.Terminal) {
			t.Errorf("unclassified: %v", err)
		}
	}
}

func BenchmarkPublishAlone(b *testing.B) {
	bus := applied(b, production())
	events := facts(b, b.N)
	b.ResetTimer()
	for _, e := range events {
		if err := bus.Publish(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPublish64AtOnce(b *testing.B) {
	bus := applied(b, production())
	events := facts(b, b.N)
	work := make(chan event.Event, len(events))
	for _, e := range events {
		work <- e
	}
	close(work)
	b.SetParallelism(32) // times GOMAXPROCS, 2 here
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := bus.Publish(b.Context(), <-work); err != nil {
				b.Error(err)
			}
		}
	})
}

func facts(b *testing.B, n int) []event.Event {
	all := make([]event.Event, n)
	for i := range all {
		all[i] = eventOf(b, ended(number(i)))
	}
	return all
}

func TestAConnectionThatTheBrokerEndedForGoodIsTold(t *testing.T) {
	b := applied(t, production())
	// Longer than max_control_line: the server answers with an error and hangs up, and the client does not come back.
	if err := b.Conn().Publish("facepay."+strings.Repeat("x", 5000), nil); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-b.Lost():
		if fault.CodeOf(err) != "broker_connection_ended" {
			t.Errorf("got %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("nobody was told")
	}
}
