package kiosk

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/proto/contract"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// Tracker listens to order.* (or authinfo.*) as a gateway does and remembers what was said of each number.
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

// Said is one event of the stream.
type Said struct {
	// Name is the event's token: opened, paid, …
	Name string
	// Subject is the whole subject it came on.
	Subject string
	ID      string
	// Paid is set for paid.
	Paid *orderv1.OrderPaid
	// Code is set for alarm, fact_rejected, refused, revoked and abandoned: the reason.
	Code string
	// Field and Rule are set for fact_rejected: the input at fault, where one is, and the rule it breaks.
	Field, Rule string
}

// Final are the events that end an order.
var Final = []string{"paid", "free", "refused", "revoked", "abandoned", "expired"}

// Track starts to listen to order.*, from now on or from the beginning of the stream.
func Track(ctx context.Context, js jetstream.JetStream, merchant string, policy jetstream.DeliverPolicy) (*Tracker, error) {
	return track(ctx, js, "order", merchant, policy)
}

// TrackConsents is Track for authinfo.*: whether the user of a service without a face has authorised it.
func TrackConsents(ctx context.Context, js jetstream.JetStream, merchant string, policy jetstream.DeliverPolicy) (*Tracker, error) {
	return track(ctx, js, "authinfo", merchant, policy)
}

func track(ctx context.Context, js jetstream.JetStream, owner, merchant string, policy jetstream.DeliverPolicy) (*Tracker, error) {
	cons, err := js.OrderedConsumer(ctx, strings.ToUpper(owner), jetstream.OrderedConsumerConfig{
		FilterSubjects: []string{event.Root + "." + owner + ".*." + event.Token(merchant) + ".>"}, DeliverPolicy: policy,
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
		s := Said{Name: strings.Split(msg.Subject(), ".")[2], Subject: msg.Subject(), ID: e.ID}
		switch m := m.(type) {
		case *orderv1.OrderPaid:
			s.Paid = m
		case *orderv1.OrderAlarm:
			s.Code = m.GetCode()
		case *orderv1.FactRejected:
			s.Code, s.Field, s.Rule = m.GetProblem().GetCode(), m.GetProblem().GetField(), m.GetProblem().GetText()
		case *orderv1.OrderRefused:
			s.Code = m.GetReason()
		case *orderv1.OrderRevoked:
			s.Code = m.GetReason()
		case *orderv1.OrderAbandoned:
			s.Code = m.GetReason()
		}
		t.add(contract.Field(m, "out_order_no"), s)
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
	for {
		t.mu.Lock()
		of := t.of(number)
		news := of.news
		for _, s := range of.said {
			if slices.Contains(names, s.Name) {
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
