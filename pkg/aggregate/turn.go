package aggregate

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/outbox"
)

// tries bounds the loop: with versioned writes somebody wins every round.
const tries = 24

// Decision says whether a turn changed anything.
type Decision uint8

const (
	// Skip leaves the document as it is; nothing is written and nothing published.
	Skip Decision = iota
	// Save stores the state and the emitted events in one write.
	Save
)

// Turn is one decision about one document. It may be run several times before one run is saved, so it has no effect
// but on itself.
type Turn[S any] struct {
	// Now is the time of this turn.
	Now time.Time
	// New is true when the document does not exist yet; State is then zero.
	New   bool
	State *S
	// DueAt is when to look again; the zero time for never.
	DueAt  time.Time
	events []proto.Message
}

// Emit adds an event to those the new state causes, in order.
func (t *Turn[S]) Emit(events ...proto.Message) { t.events = append(t.events, events...) }

// Turn is the loop. It loads the document, lets decide look at it and change it, and saves it if decide says so, again and again until
// no other writer came between. factID names the event that asks for this turn ("" for a timer or an answer): a document
// that remembers it is left alone, unless decide was asked before and its write lost: then it is asked again, so that what
// it tells its caller is always how the turn ended. The events are published at once; when that fails they stay for the sweep and Turn
// still succeeds, because the write did. decide's error ends the turn with nothing written and is returned as it is.
// Other errors are those of the store, Duplicate for a unique index of the aggregate that refuses, and Retry for a
// document that others change all the time.
func (s *Store[S]) Turn(ctx context.Context, merchant, id, factID string, decide func(*Turn[S]) (Decision, error)) error {
	var lost error
	for try := range tries {
		err := s.once(ctx, merchant, id, factID, lost, decide)
		if !errors.As(err, new(race)) {
			return err
		}
		if fault.Is(err, fault.Duplicate) && fault.Is(lost, fault.Duplicate) {
			// The document is still not there, so it is a unique index of the aggregate that refuses the insert.
			return errors.Unwrap(err)
		}
		lost = err
		if err := s.deps.Clock.Sleep(ctx, time.Duration(rand.Int64N(int64(1+try)*int64(2*time.Millisecond)))); err != nil {
			return fault.Wrap(err, fault.Retry, "turn_interrupted", "waiting for another writer")
		}
	}
	return fault.New(fault.Retry, "document_contended", "%s was changed by others %d times in a row", s.spec.Collection, tries)
}

// race is a write that lost against another writer, as opposed to a conflict that decide itself found.
type race struct{ error }

func (r race) Unwrap() error { return r.error }

// once is one try; lost is how the try before it failed, nil at first.
func (s *Store[S]) once(ctx context.Context, merchant, id, factID string, lost error, decide func(*Turn[S]) (Decision, error)) error {
	now := s.deps.Clock.Now()
	rec, err := s.coll.Get(ctx, id)
	isNew := fault.Is(err, fault.NotFound)
	if err != nil && !isNew {
		return err
	}
	if isNew {
		rec.Doc = Document[S]{ID: id, Merchant: merchant, CreatedAt: now}
	}
	doc := &rec.Doc
	if lost == nil && factID != "" && slices.Contains(doc.Handled, factID) {
		return nil
	}
	turn := &Turn[S]{Now: now, New: isNew, State: &doc.State, DueAt: doc.DueAt}
	if decision, err := decide(turn); err != nil || decision == Skip {
		return err
	}
	if err := s.fold(ctx, doc, turn, factID); err != nil {
		return err
	}
	if err := s.save(ctx, doc, rec.Version); err != nil {
		return err
	}
	s.publish(ctx, doc)
	return nil
}

// save writes doc over version loaded, 0 for none. A write that came too late is a race.
func (s *Store[S]) save(ctx context.Context, doc *Document[S], loaded int64) error {
	if loaded == 0 {
		err := s.coll.Insert(ctx, doc)
		if fault.Is(err, fault.Duplicate) {
			return race{err}
		}
		return err
	}
	err := s.coll.Replace(ctx, doc, loaded)
	if fault.Is(err, fault.Conflict) {
		return race{err}
	}
	return err
}

// fold puts what the turn decided into the document.
func (s *Store[S]) fold(ctx context.Context, doc *Document[S], turn *Turn[S], factID string) error {
	doc.DueAt, doc.UpdatedAt = turn.DueAt, turn.Now
	doc.Outbox.Drop(s.acked.Get(doc.ID))
	for _, m := range turn.events {
		doc.Outbox.Seq++
		id := event.OutboxID(s.spec.Owner, s.spec.Collection, doc.Merchant, doc.ID, doc.Outbox.Seq)
		e, err := event.New(ctx, id, turn.Now, m)
		if err != nil {
			return err
		}
		doc.Outbox.Entries = append(doc.Outbox.Entries, outbox.Entry{Seq: doc.Outbox.Seq, Event: e})
	}
	if len(doc.Outbox.Entries) > 0 && (doc.Outbox.Due.IsZero() || len(turn.events) > 0) {
		doc.Outbox.Due = turn.Now.Add(outboxGrace)
	}
	if factID != "" && s.spec.HandledBound > 0 {
		doc.Handled = append(doc.Handled, factID)
		doc.Handled = doc.Handled[max(0, len(doc.Handled)-s.spec.HandledBound):]
	}
	return nil
}

// publish moves the document's events to the bus; a failure is left to the sweep, which logs the head's age.
func (s *Store[S]) publish(ctx context.Context, doc *Document[S]) {
	if len(doc.Outbox.Entries) == 0 {
		return
	}
	acked, err := doc.Outbox.Flush(ctx, s.deps.Events, s.acked.Get(doc.ID))
	s.acked.Set(doc.ID, acked)
	if err != nil {
		s.deps.Log.DebugContext(ctx, "events wait for the sweep", "collection", s.spec.Collection, "error", err)
	}
}
