package aggregate

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/outbox"
)

// scrawl is a ledger whose State another release wrote.
type scrawl struct{ Added int64 }

// spoil replaces a stored document by one that does not decode, with the same fields in the indexes.
func spoil(t *testing.T, docs docstore.Store, s *Store[ledger], id string) {
	t.Helper()
	rec := load(t, s, id)
	spec := docstore.Spec[Document[scrawl]]{
		Name: "ledgers", ID: func(d *Document[scrawl]) string { return d.ID },
		Fields: []docstore.Field[Document[scrawl]]{
			{Name: "outbox_due", Kind: docstore.Time, Value: func(d *Document[scrawl]) any { return unlessZero(d.Outbox.Due) }},
			{Name: "due_at", Kind: docstore.Time, Value: func(d *Document[scrawl]) any { return unlessZero(d.DueAt) }},
			{Name: "holder", Kind: docstore.String, Value: func(d *Document[scrawl]) any { return rec.Doc.State.Holder }},
		},
		Indexes: []docstore.Index{
			{Name: outboxIndex, Fields: []string{"outbox_due"}}, {Name: dueIndex, Fields: []string{"due_at"}},
			{Name: "by_holder", Fields: []string{"holder"}, Unique: true},
		},
	}
	coll, err := docstore.Open(t.Context(), docs, spec)
	if err != nil {
		t.Fatal(err)
	}
	doc := Document[scrawl]{ID: id, Merchant: "m", State: scrawl{7}, Outbox: rec.Doc.Outbox, DueAt: rec.Doc.DueAt}
	if err := coll.Replace(t.Context(), &doc, rec.Version); err != nil {
		t.Fatal(err)
	}
}

func TestADocumentThatDoesNotDecodeKeepsNoOtherFromBeingServed(t *testing.T) {
	docs, now := newFile(t), newWatch()
	var log bytes.Buffer
	s := process(t, docs, nowhere{}, now, 0)
	s.deps.Log = slog.New(slog.NewTextHandler(&log, nil))
	const n, spoiled = 300, "m/L7"
	fill(t, s, n, "m", func(d *Document[ledger]) {
		d.DueAt = now.Now()
		d.Outbox = outbox.Box{Seq: 1, Due: now.Now(), Entries: []outbox.Entry{{Seq: 1, Event: event.Event{ID: d.ID, Time: now.Now()}}}}
	})
	before := load(t, s, spoiled)
	spoil(t, docs, s, spoiled)
	now.advance(time.Minute)
	w := newWorks()
	for range 3 { // again and again: it stays at the head of both indexes
		if next := round(t, s, w, ""); next != "" {
			t.Errorf("the timer sweep did not come to the end: %s", next)
		}
		if next, err := s.sweepOutbox(t.Context(), ""); err != nil || next != "" {
			t.Errorf("the outbox sweep: %v, next %q", err, next)
		}
	}
	if len(w.runs) != n-1 || w.runs[spoiled] != 0 {
		t.Errorf("%d documents ran, want %d", len(w.runs), n-1)
	}
	left, err := s.coll.Count(t.Context(), docstore.Query{Index: outboxIndex}, n)
	if err != nil || left != 1 {
		t.Errorf("events of %d documents still wait (%v), want those of the spoiled one", left, err)
	}
	if s.Unreadable() != 1 || strings.Count(log.String(), "id="+spoiled+" ") != 1 {
		t.Errorf("%d documents counted; log:\n%s", s.Unreadable(), &log)
	}
	if err := s.coll.Replace(t.Context(), &before.Doc, before.Version+1); err != nil { // somebody mends it
		t.Fatal(err)
	}
	if round(t, s, w, ""); w.runs[spoiled] != 1 || s.Unreadable() != 0 {
		t.Errorf("mended, it ran %d times, and %d are counted", w.runs[spoiled], s.Unreadable())
	}
}
