package audit

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// Ledger is what the streams and the provider hold about all numbers.
type Ledger struct {
	// Said are the events of the ORDER stream by number, in order; Facts those of KIOSK, Sessions those of AUTHINFO that
	// are about a number, Told the notifications of NOTIFY about an order or a refund of it.
	Said, Facts, Sessions, Told map[string][]Said
	Book                        map[string]Row
	Refunds                     map[string][]Refund
	Received                    map[string]Received
	// DeadLetters are messages that a service set aside.
	DeadLetters []DeadLetter
}

// DeadLetter names a message set aside: by whom, which, and why.
type DeadLetter struct{ Service, Subject, Code string }

// ReadLedger reads everything. The provider's side is read first: what it saw accepted must be on the streams.
func ReadLedger(ctx context.Context, js jetstream.JetStream, control Control) (*Ledger, error) {
	l := &Ledger{}
	var err error
	if l.Received, err = Summary(ctx, control); err != nil {
		return nil, err
	}
	if l.Book, err = Book(ctx, control); err != nil {
		return nil, err
	}
	if l.Refunds, err = Refunds(ctx, control); err != nil {
		return nil, err
	}
	for stream, into := range map[string]*map[string][]Said{"KIOSK": &l.Facts, "AUTHINFO": &l.Sessions, "NOTIFY": &l.Told, "ORDER": &l.Said} {
		if *into, err = ReadStream(ctx, js, stream); err != nil {
			return nil, err
		}
	}
	l.Told = ofOrders(l.Told)
	return l, EachMessage(ctx, js, "DEADLETTER", func(msg jetstream.Msg) error {
		h := msg.Headers()
		l.DeadLetters = append(l.DeadLetters, DeadLetter{h.Get("facepay-service"), h.Get("facepay-subject"), h.Get("facepay-code")})
		return nil
	})
}

// ReadStream reads all events of a stream by their key, which is the number wherever there is one.
func ReadStream(ctx context.Context, js jetstream.JetStream, stream string) (map[string][]Said, error) {
	all := map[string][]Said{}
	return all, EachMessage(ctx, js, stream, func(msg jetstream.Msg) error {
		key, one, err := ReadSaid(msg)
		all[key] = append(all[key], one)
		return err
	})
}

// ofOrders puts notifications of refunds under the number of the order, which begins an out_refund_no of ours.
func ofOrders(told map[string][]Said) map[string][]Said {
	all := map[string][]Said{}
	for key, events := range told {
		number, _, _ := strings.Cut(key, "@")
		all[number] = append(all[number], events...)
	}
	return all
}

// Numbers are all numbers of which anybody speaks, in order.
func (l *Ledger) Numbers() []string {
	all := map[string]bool{}
	for _, side := range []map[string][]Said{l.Said, l.Facts} {
		for number := range side {
			all[number] = true
		}
	}
	for number, events := range l.Sessions { // AUTHINFO also speaks of terminals
		if slices.ContainsFunc(events, func(s Said) bool { return aboutAnOrder(s.Name) }) {
			all[number] = true
		}
	}
	for number := range l.Book {
		all[number] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// aboutAnOrder reports an event of AUTHINFO whose key is a number.
func aboutAnOrder(name string) bool {
	return strings.HasPrefix(name, "session_") || strings.HasPrefix(name, "service_")
}
