package journal

import (
	"context"
	"iter"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// Journal is the store of notices. Errors are the store's (package docstore).
type Journal struct{ notices docstore.Collection[Notice] }

// Open declares the collection.
func Open(ctx context.Context, store docstore.Store) (*Journal, error) {
	notices, err := docstore.Open(ctx, store, spec())
	if err != nil {
		return nil, err
	}
	return &Journal{notices}, nil
}

// pageSize bounds what is held in memory at once: a notice may be a megabyte, if it usually is two kilobytes.
const pageSize = 200

// WaitingPages yields what waits to be published and came before a time, oldest first, page by page.
func (j *Journal) WaitingPages(ctx context.Context, before time.Time) iter.Seq2[[]*Notice, error] {
	q := docstore.Query{Index: byState, Equal: []any{string(Waiting)}, Before: before, Limit: pageSize}
	return func(yield func([]*Notice, error) bool) {
		for {
			page, err := j.notices.Find(ctx, q)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page.Records) > 0 && !yield(docs(page.Records), nil) || page.Next == "" {
				return
			}
			q.After = page.Next
		}
	}
}

// OldestWaiting is when the oldest notice that waits was received; false when none does.
func (j *Journal) OldestWaiting(ctx context.Context) (time.Time, bool, error) {
	page, err := j.notices.Find(ctx, docstore.Query{Index: byState, Equal: []any{string(Waiting)}, Limit: 1})
	if err != nil || len(page.Records) == 0 {
		return time.Time{}, false, err
	}
	return page.Records[0].Doc.ReceivedAt, true, nil
}

// Unroutable streams the notices that fitted no merchant, oldest first.
func (j *Journal) Unroutable(ctx context.Context) iter.Seq2[*Notice, error] {
	return func(yield func(*Notice, error) bool) {
		q := docstore.Query{Index: byState, Equal: []any{string(Unroutable)}, Limit: pageSize}
		for record, err := range j.notices.Scan(ctx, q) {
			if !yield(&record.Doc, err) {
				return
			}
		}
	}
}

func docs(records []docstore.Record[Notice]) []*Notice {
	found := make([]*Notice, len(records))
	for i := range records {
		found[i] = &records[i].Doc
	}
	return found
}
