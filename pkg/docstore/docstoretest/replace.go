package docstoretest

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

func replaceMovesVersion(t *testing.T, store docstore.Store) {
	c, doc := orders(t, store), numbered(1)
	insertAll(t, c, doc)
	for version := int64(1); version <= 3; version++ {
		doc.Seq++
		doc.Note = "changed"
		if err := c.Replace(t.Context(), doc, version); err != nil {
			t.Fatal(err)
		}
		wantStored(t, c, version+1, doc)
	}
	wantIDs(t, c, docstore.Query{Index: "by_merchant", Equal: []any{"m1", int64(4)}}, doc.ID)
	wantIDs(t, c, docstore.Query{Index: "by_merchant", Equal: []any{"m1", int64(1)}})
}

func replaceIsGuarded(t *testing.T, store docstore.Store) {
	c, doc := orders(t, store), numbered(1)
	insertAll(t, c, doc)
	other := numbered(1)
	other.Note = "other"
	if err := c.Replace(t.Context(), doc, 1); err != nil {
		t.Fatal(err)
	}
	wantClass(t, c.Replace(t.Context(), other, 1), fault.Conflict)
	wantClass(t, c.Replace(t.Context(), other, 3), fault.Conflict)
	wantClass(t, c.Replace(t.Context(), numbered(2), 1), fault.Conflict)
	wantClass(t, c.Replace(t.Context(), other, 0), fault.Terminal)
	wantStored(t, c, 2, doc)
	_, err := c.Get(t.Context(), numbered(2).ID)
	wantClass(t, err, fault.NotFound)
}

func replaceKeepsUnique(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1), numbered(2))
	moved := numbered(2)
	moved.Ref = numbered(1).Ref
	wantClass(t, c.Replace(t.Context(), moved, 1), fault.Duplicate)
	wantStored(t, c, 1, numbered(2))
	// Once the value is let go of, it can be taken.
	freed := numbered(1)
	freed.Ref = "elsewhere"
	if err := c.Replace(t.Context(), freed, 1); err != nil {
		t.Fatal(err)
	}
	if err := c.Replace(t.Context(), moved, 1); err != nil {
		t.Fatal(err)
	}
	wantStored(t, c, 2, moved)
}

func replaceManyIsPerDocument(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1), numbered(2), numbered(3), numbered(4), numbered(5))
	if err := c.Replace(t.Context(), numbered(2), 1); err != nil {
		t.Fatal(err)
	}
	taken := numbered(4)
	taken.Ref = numbered(5).Ref
	replace := func(doc *order, expected int64) docstore.Replacement[order] {
		doc.Note = "replaced"
		return docstore.Replacement[order]{Doc: *doc, Expected: expected}
	}
	errs := c.ReplaceMany(t.Context(), []docstore.Replacement[order]{
		replace(numbered(1), 1),
		replace(numbered(2), 1), // moved on
		replace(numbered(3), 1),
		replace(taken, 1),
		replace(numbered(3), 1), // named twice
		replace(numbered(9), 1), // not there
		replace(&order{}, 1),
	})
	wantClasses(t, errs, []fault.Class{0, fault.Conflict, 0, fault.Duplicate, fault.Terminal, fault.Conflict, fault.Terminal})
	for n, version := range map[int]int64{1: 2, 2: 2, 3: 2, 4: 1, 5: 1} {
		want := numbered(n)
		if n == 1 || n == 3 {
			want.Note = "replaced"
		}
		wantStored(t, c, version, want)
	}

	errs = c.ReplaceMany(t.Context(), []docstore.Replacement[order]{replace(numbered(1), 2), replace(numbered(2), 2)})
	wantClasses(t, errs, []fault.Class{0, 0})
	errs = c.ReplaceMany(t.Context(), []docstore.Replacement[order]{replace(numbered(1), 2), replace(numbered(2), 2)})
	wantClasses(t, errs, []fault.Class{fault.Conflict, fault.Conflict})
}
