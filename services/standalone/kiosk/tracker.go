package kiosk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
)

// Tracker listens to the events of one stream as a gateway does and remembers what was said of each number.
type Tracker struct {
	pull jetstream.MessagesContext
	done chan struct{}

	mu     sync.Mutex
	orders map[string]*story
	total  int
}

// story is what was said of one number.
type story struct {
	said []Said
	// news is closed and renewed at every event of the number: who waits for one order is not woken by the others.
	news chan struct{}
}

// Track starts to listen to order.*, from now on or from the beginning of the stream.
func Track(ctx context.Context, js jetstream.JetStream, merchant string, policy jetstream.DeliverPolicy) (*Tracker, error) {
	return track(ctx, js, "ORDER", merchant, policy)
}

// TrackAuthinfo starts to listen to authinfo.*: whose user has to authorise a service on the phone, and who he is. What is
// about a user and no number is kept under his user_key.
func TrackAuthinfo(ctx context.Context, js jetstream.JetStream, merchant string, policy jetstream.DeliverPolicy) (*Tracker, error) {
	return track(ctx, js, "AUTHINFO", merchant, policy)
}

func track(ctx context.Context, js jetstream.JetStream, stream, merchant string, policy jetstream.DeliverPolicy) (*Tracker, error) {
	cons, err := js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{event.Root + "." + strings.ToLower(stream) + ".*." + event.Token(merchant) + ".>"}, DeliverPolicy: policy,
	})
	if err != nil {
		return nil, err
	}
	pull, err := cons.Messages()
	if err != nil {
		return nil, err
	}
	t := &Tracker{pull: pull, done: make(chan struct{}), orders: map[string]*story{}}
	go t.listen()
	return t, nil
}

// Stop ends the listening.
func (t *Tracker) Stop() {
	t.pull.Stop()
	<-t.done
}

func (t *Tracker) listen() {
	defer close(t.done)
	for {
		msg, err := t.pull.Next()
		if errors.Is(err, jetstream.ErrMsgIteratorClosed) {
			return
		}
		if err != nil {
			continue
		}
		meta, err := msg.Metadata()
		if err != nil {
			continue
		}
		e, m, err := event.Read(msg.Subject(), msg.Headers(), msg.Data(), meta.Timestamp)
		if err != nil {
			continue
		}
		t.add(e.Key, read(e, m))
	}
}

func (t *Tracker) add(number string, s Said) {
	t.mu.Lock()
	defer t.mu.Unlock()
	of := t.of(number)
	of.said = append(of.said, s)
	t.total++
	close(of.news)
	of.news = make(chan struct{})
}

// of is the number's story; the caller holds the lock.
func (t *Tracker) of(number string) *story {
	of, known := t.orders[number]
	if !known {
		of = &story{news: make(chan struct{})}
		t.orders[number] = of
	}
	return of
}

// Of gives what was said of a number so far, in order.
func (t *Tracker) Of(number string) []Said {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.of(number).said)
}

// Total is how many events came.
func (t *Tracker) Total() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total
}

// Await waits until one of the events was said of the number and returns the first such.
func (t *Tracker) Await(ctx context.Context, number string, names ...string) (Said, error) {
	return t.AwaitThat(ctx, number, func(s Said) bool { return slices.Contains(names, s.Name) })
}

// AwaitThat waits until an event was said of the number for which that holds and returns the first such.
func (t *Tracker) AwaitThat(ctx context.Context, number string, that func(Said) bool) (Said, error) {
	return t.await(ctx, number, func(_ int, s Said) bool { return that(s) })
}

// await is AwaitThat with the place of an event among those of the number.
func (t *Tracker) await(ctx context.Context, number string, that func(int, Said) bool) (Said, error) {
	for {
		t.mu.Lock()
		of := t.of(number)
		news := of.news
		for i, s := range of.said {
			if that(i, s) {
				t.mu.Unlock()
				return s, nil
			}
		}
		t.mu.Unlock()
		select {
		case <-news:
		case <-ctx.Done():
			return Said{}, ctx.Err()
		}
	}
}
