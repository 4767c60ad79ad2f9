// Package servicetest is what the tests of a whole service share: a real broker with the topology of production, the
// service's life, what is on the streams, and its log.
package servicetest

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/service"
)

// Broker runs a broker until the test ends and gives a connection to it, its topology applied. Over it every handler
// runs twice for every event: what a service does once, as the stories of standalone/e2e hold, it does in these tests
// although it was asked twice.
func Broker(t testing.TB, log *slog.Logger) (*embedded.Server, *bus.Bus) {
	t.Helper()
	server, err := embedded.Start(t.TempDir(), "127.0.0.1:0")
	Must(t, err)
	t.Cleanup(server.Stop)
	b, err := bus.Connect(bus.Options{URL: server.URL(), Name: t.Name(), DeliverTwice: true}, log)
	Must(t, err)
	t.Cleanup(func() {
		b.Close()
		if n := b.Contradictions(); n > 0 {
			t.Errorf("%d handlers contradicted themselves when they ran twice; the log says which", n)
		}
	})
	Must(t, b.Apply(t.Context(), bus.Profile{}))
	return server, b
}

// stopWithin is the service's time to stop.
const stopWithin = 20 * time.Second

// Run starts a service and returns when all its parts have started; stop stops it, once, and gives the error of its life.
func Run(t testing.TB, log *slog.Logger, parts ...service.Part) (stop func() error) {
	t.Helper()
	ready, ended := make(chan struct{}), make(chan error, 1)
	ctx, end := context.WithCancel(context.Background())
	last := service.Part{Name: "test", Start: func(context.Context) error { close(ready); return nil }}
	go func() { ended <- service.Run(ctx, log, stopWithin, append(parts, last)...) }()
	select {
	case <-ready:
	case err := <-ended:
		end()
		t.Fatalf("the service did not start: %v", err)
	}
	return sync.OnceValue(func() error {
		end()
		return <-ended
	})
}

// Publish stores an event under an id.
func Publish(t testing.TB, b *bus.Bus, id string, at time.Time, m proto.Message) {
	t.Helper()
	e, err := event.New(t.Context(), id, at, m)
	Must(t, err)
	Must(t, b.Publish(t.Context(), e))
}

// Events are the messages of type M that are stored about a key.
func Events[M proto.Message](t testing.TB, b *bus.Bus, key string) []M {
	t.Helper()
	stored, err := b.About(t.Context(), key)
	Must(t, err)
	var found []M
	for _, s := range stored {
		_, m, err := event.Read(s.Subject, s.Header, s.Data, s.At)
		Must(t, err)
		if typed, ok := m.(M); ok {
			found = append(found, typed)
		}
	}
	return found
}

// Eventually waits until the condition holds, twenty seconds at most.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("after twenty seconds still not: %s", what)
		}
	}
}

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Log is text that many write and read at once.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Logger writes everything to it, from debug on.
func (l *Log) Logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
