package aggregate

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Slot is room for one piece of work; exactly one of Run and Release is called. Run does not block.
type Slot interface {
	Run(id string)
	Release()
}

// Reserve is asked for a slot before a document is claimed; false means there is no room for this merchant now. One
// merchant's full lane does not keep others from being served.
type Reserve func(merchant string) (Slot, bool)

// SweepDue runs work for documents whose DueAt has passed, until ctx ends. Before that DueAt is moved claim ahead by a
// versioned write, so that of several replicas one works; the work sets DueAt anew by a turn of its own. claim is
// longer than twice the longest provider call.
func (s *Store[S]) SweepDue(ctx context.Context, every, claim time.Duration, reserve Reserve) {
	s.rounds(ctx, every, "timer sweep", func(ctx context.Context, from docstore.Cursor) (docstore.Cursor, error) {
		return s.sweepDue(ctx, claim, reserve, from)
	})
}

func (s *Store[S]) sweepDue(
	ctx context.Context, claim time.Duration, reserve Reserve, from docstore.Cursor,
) (docstore.Cursor, error) {
	q := docstore.Query{Index: dueIndex, Before: s.deps.Clock.Now(), Limit: sweepPage, After: from}
	for range sweepPages {
		page, err := s.find(ctx, q)
		if err != nil {
			return "", err
		}
		shuffle(page.Records)
		for _, rec := range page.Records {
			if err := s.claim(ctx, rec, claim, reserve); err != nil {
				return "", err
			}
		}
		q.After = page.Next
		if page.Next == "" {
			break
		}
	}
	return q.After, nil
}

// claim starts the work of one due document, if its merchant has room and no other replica was faster.
func (s *Store[S]) claim(ctx context.Context, rec docstore.Record[Document[S]], claim time.Duration, reserve Reserve) error {
	slot, ok := reserve(rec.Doc.Merchant)
	if !ok {
		return nil
	}
	doc := rec.Doc
	doc.DueAt = s.deps.Clock.Now().Add(claim)
	err := s.coll.Replace(ctx, &doc, rec.Version)
	if err == nil {
		slot.Run(doc.ID)
		return nil
	}
	slot.Release()
	if fault.Is(err, fault.Conflict) {
		return nil // another replica, or the document moved on
	}
	return err
}
