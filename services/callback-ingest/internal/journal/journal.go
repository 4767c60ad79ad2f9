package journal

import (
	"cmp"
	"context"
	"errors"
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

// WaitingPages yields what waits to be published and came before a time, oldest first, page by page. Notices that do not
// decode keep none behind them from being yielded: the error that tells of them is the last thing that comes.
func (j *Journal) WaitingPages(ctx context.Context, before time.Time) iter.Seq2[[]*Notice, error] {
	return j.pages(ctx, docstore.Query{Index: byState, Equal: []any{string(Waiting)}, Before: before, Limit: pageSize})
}

func (j *Journal) pages(ctx context.Context, q docstore.Query) iter.Seq2[[]*Notice, error] {
	return func(yield func([]*Notice, error) bool) {
		var unreadable error
		for {
			page, err := j.notices.Find(ctx, q)
			if _, skip := errors.AsType[*docstore.Unreadable](err); skip {
				unreadable = cmp.Or(unreadable, err)
			} else if err != nil {
				yield(nil, err)
				return
			}
			if len(page.Records) > 0 && !yield(docs(page.Records), nil) {
				return
			}
			if page.Next == "" {
				break
			}
			q.After = page.Next
		}
		if unreadable != nil {
			yield(nil, unreadable)
		}
	}
}

// OldestWaiting is when the oldest notice that waits, of those that decode, was received; false when none does.
func (j *Journal) OldestWaiting(ctx context.Context) (time.Time, bool, error) {
	for page, err := range j.pages(ctx, docstore.Query{Index: byState, Equal: []any{string(Waiting)}, Limit: 1}) {
		if err != nil {
			return time.Time{}, false, err
		}
		return page[0].ReceivedAt, true, nil
	}
	return time.Time{}, false, nil
}

// Unroutable streams the notices that fitted no merchant, oldest first. Those that do not decode are told of at the end.
func (j *Journal) Unroutable(ctx context.Context) iter.Seq2[*Notice, error] {
	return func(yield func(*Notice, error) bool) {
		for page, err := range j.pages(ctx, docstore.Query{Index: byState, Equal: []any{string(Unroutable)}, Limit: pageSize}) {
			if err != nil {
				yield(nil, err)
				return
			}
			for _, n := range page {
				if !yield(n, nil) {
					return
				}
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
