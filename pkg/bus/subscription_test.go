package bus

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/proto/contract"
)

// service listens to kiosk facts and to others; its handlers in these tests do the same for all.
const service = "order-lifecycle"

func handlersOf(name string, handle Handler) Handlers {
	hs := Handlers{}
	for _, e := range contract.Events() {
		for _, l := range e.Listeners {
			if l == name {
				hs[string(e.Name)] = handle
			}
		}
	}
	return hs
}

// answers is a handler that always gives the same error.
func answers(err error) Handler {
	return func(context.Context, event.Event, proto.Message) error { return err }
}

// delivered is a handler that tells of each run and succeeds.
func delivered(runs chan<- event.Event) Handler {
	return func(_ context.Context, e event.Event, _ proto.Message) error {
		runs <- e
		return nil
	}
}

func subscribe(t testing.TB, b *Bus, workers int, handle Handler) *Subscription {
	t.Helper()
	s, err := b.Subscribe(service, workers, handlersOf(service, handle))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func started(t testing.TB, b *Bus, workers int, handle Handler) *Subscription {
	t.Helper()
	s := subscribe(t, b, workers, handle)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Stop(ctx)
	})
	return s
}

// receive takes one value or fails.
func receive[T any](t testing.TB, from <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(20 * time.Second):
		t.Fatalf("nothing came: %s", what)
		panic("unreachable")
	}
}
