package aggregate

import (
	"context"
	"fmt"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// sweepPatience is how many failures in a row end a round of the outbox: the broker is away.
const sweepPatience = 16

// SweepOutbox publishes overdue events and drops those that are acknowledged, until ctx ends. Any number of replicas
// may sweep: a conflict while dropping means somebody else saved the document, and is ignored.
func (s *Store[S]) SweepOutbox(ctx context.Context, every time.Duration) {
	s.rounds(ctx, every, "outbox sweep", s.sweepOutbox)
}

func (s *Store[S]) sweepOutbox(ctx context.Context, from docstore.Cursor) (docstore.Cursor, error) {
	q := docstore.Query{Index: outboxIndex, Before: s.deps.Clock.Now(), Limit: sweepPage, After: from}
	var waiting stuck
	for range sweepPages {
		page, err := s.find(ctx, q)
		if err != nil {
			return "", err
		}
		if err := s.flushPage(ctx, page.Records, &waiting); err != nil {
			return "", err
		}
		q.After = page.Next
		if page.Next == "" || waiting.inARow >= sweepPatience || ctx.Err() != nil {
			break
		}
	}
	return q.After, waiting.fault(s.deps.Clock.Now())
}

// flushPage publishes the events of each document; a failure stops only its own document.
func (s *Store[S]) flushPage(ctx context.Context, records []docstore.Record[Document[S]], waiting *stuck) error {
	shuffle(records)
	var published []docstore.Replacement[Document[S]]
	for _, rec := range records {
		doc := rec.Doc
		acked, err := doc.Outbox.Flush(ctx, s.deps.Events, s.acked.Get(doc.ID))
		s.acked.Set(doc.ID, acked)
		doc.Outbox.Drop(acked)
		if err == nil {
			waiting.inARow = 0
			published = append(published, docstore.Replacement[Document[S]]{Doc: doc, Expected: rec.Version})
			continue
		}
		waiting.add(doc.Outbox.Entries[0].Event.Time, err)
		if waiting.inARow >= sweepPatience {
			break
		}
	}
	for _, err := range s.coll.ReplaceMany(ctx, published) {
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

// stuck sums up the documents of a round whose events could not be published.
type stuck struct {
	documents, inARow int
	oldest            time.Time // of the events that wait
	last              error
}

func (w *stuck) add(head time.Time, err error) {
	if w.documents == 0 || head.Before(w.oldest) {
		w.oldest = head
	}
	w.documents++
	w.inARow++
	w.last = err
}

// fault is nil when nothing waits.
func (w *stuck) fault(now time.Time) error {
	if w.documents == 0 {
		return nil
	}
	doing := fmt.Sprintf("%d documents wait, the oldest event for %v", w.documents, now.Sub(w.oldest))
	return fault.Wrap(w.last, fault.Retry, "outbox_waiting", doing)
}
