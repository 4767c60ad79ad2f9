// Package outbox keeps the events a document caused inside that document, and moves them to the bus in their order.
// State and the events it causes are one write; publishing follows at once, and a sweep repeats what a crash or an
// absent broker left. An event may be published twice, with one id; it is never overtaken by a later one of its document.
package outbox

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/event"
)

// Publisher stores an event for good or returns an error; nil is the broker's acknowledgement.
type Publisher interface {
	Publish(ctx context.Context, e event.Event) error
}

// Box is the part of a document that holds its events. The zero value is empty.
type Box struct {
	// Seq is the sequence number of the newest event this document ever caused.
	Seq int64
	// Entries are events whose acknowledgement the document does not know yet, oldest first.
	Entries []Entry
	// Due is when the sweep looks at the entries; zero when there are none.
	Due time.Time
}

// Entry is one event and its place in the document's order.
type Entry struct {
	Seq   int64
	Event event.Event
}

// Drop forgets entries up to and including seq.
func (b *Box) Drop(seq int64) {
	n := 0
	for n < len(b.Entries) && b.Entries[n].Seq <= seq {
		n++
	}
	b.Entries = b.Entries[n:]
	if len(b.Entries) == 0 {
		b.Due = time.Time{}
	}
}

// Flush publishes entries in order behind acked and returns the newest acknowledged sequence. It stops at the first
// failure: a failed event is not overtaken.
func (b Box) Flush(ctx context.Context, p Publisher, acked int64) (int64, error) {
	for _, e := range b.Entries {
		if e.Seq <= acked {
			continue
		}
		if err := p.Publish(ctx, e.Event); err != nil {
			return acked, err
		}
		acked = e.Seq
	}
	return acked, nil
}
