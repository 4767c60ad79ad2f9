package bus

import (
	"context"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
)

var when = time.Date(2026, 1, 1, 8, 30, 0, 0, time.UTC)

// quick is a tempo in which ten minutes of production pass in 18 seconds, and nobody waits long.
func quick() tempo {
	return tempo{ackWait: 900 * time.Millisecond, first: time.Millisecond, longest: 20 * time.Millisecond}
}

func serve(t testing.TB, dir, address string) *embedded.Server {
	t.Helper()
	server, err := embedded.Start(dir, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	return server
}

func connect(t testing.TB, server *embedded.Server, pace tempo) *Bus {
	t.Helper()
	b, err := Connect(Options{URL: server.URL(), Name: t.Name()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	b.tempo = pace
	t.Cleanup(b.Close)
	return b
}

// applied is a bus with the whole topology on a server of its own.
func applied(t testing.TB, pace tempo) *Bus {
	t.Helper()
	b := connect(t, serve(t, t.TempDir(), "127.0.0.1:0"), pace)
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func ended(number string) *kioskv1.ServiceEnded {
	return &kioskv1.ServiceEnded{Merchant: "m", OutOrderNo: number, TotalAmountFen: proto.Int64(100)}
}

func eventOf(t testing.TB, m proto.Message) event.Event {
	t.Helper()
	id, err := event.FactID(m)
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.New(context.Background(), id, when, m)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func publish(t testing.TB, b *Bus, m proto.Message) {
	t.Helper()
	if err := b.Publish(t.Context(), eventOf(t, m)); err != nil {
		t.Fatal(err)
	}
}

// publishRaw publishes bytes as a gateway might.
func publishRaw(t testing.TB, b *Bus, subject string, data []byte) {
	t.Helper()
	if _, err := b.js.PublishMsg(t.Context(), &nats.Msg{Subject: subject, Data: data}); err != nil {
		t.Fatal(err)
	}
}

func number(i int) string { return "N" + strconv.Itoa(i) }

// within polls until the condition holds.
func within(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(limit)
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not within %v: %s", limit, what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// unacked tells how many messages of the service's kiosk consumer are delivered or waiting and not acknowledged.
func unacked(t testing.TB, b *Bus) int {
	t.Helper()
	info := kioskConsumer(t, b)
	return info.NumAckPending + int(info.NumPending)
}

// inHand tells how many of them are delivered and not acknowledged.
func inHand(t testing.TB, b *Bus) int {
	t.Helper()
	return kioskConsumer(t, b).NumAckPending
}

func kioskConsumer(t testing.TB, b *Bus) *jetstream.ConsumerInfo {
	t.Helper()
	c, err := b.js.Consumer(t.Context(), "KIOSK", service)
	if err != nil {
		t.Fatal(err)
	}
	return c.CachedInfo()
}

func deadLetters(t testing.TB, b *Bus) []DeadLetter {
	t.Helper()
	letters, err := b.DeadLetters(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	return letters
}
