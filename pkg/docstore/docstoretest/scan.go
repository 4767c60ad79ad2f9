package docstoretest

import (
	"context"
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// scanIsComplete scans in small pages while a writer fills the same index range before and behind the scan.
func scanIsComplete(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	const there = 200
	for n := range there {
		doc := numbered(n * 10)
		doc.Seq /= 100 // ten documents share each key
		insertAll(t, c, doc)
	}
	ctx, cancel := context.WithCancel(context.Background())
	written := make(chan error, 1)
	go func() {
		for n := 0; ctx.Err() == nil; n++ {
			if n%10 == 0 {
				continue
			}
			doc := numbered(n % (there * 10))
			doc.ID, doc.Ref, doc.Seq = doc.ID+"-new", doc.Ref+"-new", doc.Seq/100
			if err := c.Insert(ctx, doc); err != nil && ctx.Err() == nil && n < there*10 {
				written <- err
				return
			}
		}
		written <- nil
	}()
	seen := make(map[string]int)
	var last int64
	for r, err := range c.Scan(t.Context(), docstore.Query{Index: "by_merchant", Equal: []any{"m1"}, Limit: 7}) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Doc.Seq < last {
			t.Errorf("out of order: %d after %d", r.Doc.Seq, last)
		}
		last = r.Doc.Seq
		seen[r.ID]++
	}
	cancel()
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	for n := range there {
		if id := numbered(n * 10).ID; seen[id] != 1 {
			t.Errorf("%s was seen %d times", id, seen[id])
		}
	}
	for id, times := range seen {
		if times != 1 {
			t.Errorf("%s was seen %d times", id, times)
		}
	}
}

func scanStops(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1), numbered(2), numbered(3), numbered(4))
	var seen []string
	for r, err := range c.Scan(t.Context(), docstore.Query{Index: "by_due", Limit: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		if seen = append(seen, r.ID); len(seen) == 2 {
			break
		}
	}
	if len(seen) != 2 || seen[0] != numbered(1).ID || seen[1] != numbered(2).ID {
		t.Errorf("saw %v", seen)
	}
	failures := 0
	for _, err := range c.Scan(t.Context(), docstore.Query{Index: "by_nothing"}) {
		if err != nil {
			failures++
		}
	}
	if failures != 1 {
		t.Errorf("a failing scan told %d errors", failures)
	}
}
