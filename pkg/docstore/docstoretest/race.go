package docstoretest

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	contenders = 12
	rounds     = 40
)

// race lets all contenders do act at once and collects their errors.
func race(act func(contender int) error) []error {
	errs := make([]error, contenders)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range contenders {
		wg.Go(func() {
			<-start
			errs[i] = act(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

func insertRace(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	for round := range rounds {
		errs := race(func(i int) error {
			doc := numbered(round)
			doc.Ref, doc.Note = fmt.Sprint(round, "-", i), fmt.Sprint(i)
			return c.Insert(context.Background(), doc)
		})
		wantOne(t, errs, fault.Duplicate)
		wantWinner(t, c, round, errs, 1)
	}
}

func uniqueRace(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	for round := range rounds {
		errs := race(func(i int) error {
			doc := numbered(round*contenders + i)
			doc.Ref = fmt.Sprint("round-", round)
			return c.Insert(context.Background(), doc)
		})
		wantOne(t, errs, fault.Duplicate)
	}
	if n, err := c.Count(t.Context(), docstore.Query{Index: "by_ref"}, 2*rounds); err != nil || n != rounds {
		t.Errorf("%d documents, %v, want %d", n, err, rounds)
	}
}

func replaceRace(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(0))
	for round := range rounds {
		errs := race(func(i int) error {
			doc := numbered(0)
			doc.Note = fmt.Sprint(i)
			return c.Replace(context.Background(), doc, int64(round+1))
		})
		wantOne(t, errs, fault.Conflict)
		wantWinner(t, c, 0, errs, int64(round+2))
	}
}

// replaceManyRace lets bulk calls of several documents overlap, so that most calls win some and lose some.
func replaceManyRace(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	const documents = 8
	for n := range documents {
		insertAll(t, c, numbered(n))
	}
	for round := range rounds {
		answers := make([][]error, contenders)
		race(func(i int) error {
			rs := make([]docstore.Replacement[order], documents)
			for n := range rs {
				doc := numbered((n + i) % documents)
				doc.Note = fmt.Sprint(i)
				rs[n] = docstore.Replacement[order]{Doc: *doc, Expected: int64(round + 1)}
			}
			answers[i] = c.ReplaceMany(context.Background(), rs)
			return nil
		})
		for n := range documents {
			errs := make([]error, contenders)
			for i := range errs {
				errs[i] = answers[i][(n-i%documents+documents)%documents]
			}
			wantOne(t, errs, fault.Conflict)
			wantWinner(t, c, n, errs, int64(round+2))
		}
	}
}

// wantWinner checks that what is stored is what the only one without an error wrote.
func wantWinner(t *testing.T, c docstore.Collection[order], n int, errs []error, version int64) {
	t.Helper()
	got, err := c.Get(context.Background(), numbered(n).ID)
	if err != nil {
		t.Fatal(err)
	}
	for i, err := range errs {
		if err == nil && (got.Doc.Note != fmt.Sprint(i) || got.Version != version) {
			t.Errorf("contender %d won version %d, stored is that of %s at version %d", i, version, got.Doc.Note, got.Version)
		}
	}
}

func incrementRace(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(0))
	const each = 10
	for i, err := range race(func(int) error {
		for done := 0; done < each; {
			r, err := c.Get(context.Background(), numbered(0).ID)
			if err != nil {
				return err
			}
			r.Doc.Seq++
			err = c.Replace(context.Background(), &r.Doc, r.Version)
			switch {
			case err == nil:
				done++
			case !fault.Is(err, fault.Conflict):
				return err
			}
		}
		return nil
	}) {
		if err != nil {
			t.Fatalf("writer %d: %v", i, err)
		}
	}
	want := numbered(0)
	want.Seq = contenders * each
	wantStored(t, c, 1+contenders*each, want)
}

func manyWriters(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	const writers, each = 64, 10
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				if err := c.Insert(context.Background(), numbered(w*each+n)); err != nil {
					t.Errorf("writer %d: %v", w, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := c.Count(t.Context(), docstore.Query{Index: "by_due"}, 2*writers*each); err != nil || n != writers*each {
		t.Errorf("%d documents, %v, want %d", n, err, writers*each)
	}
}
