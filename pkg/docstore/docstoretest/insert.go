package docstoretest

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

func insertIsLoaded(t *testing.T, store docstore.Store) {
	c, doc := orders(t, store), numbered(1)
	doc.Blob, doc.Texts = []byte{0, 1, 255}, map[string]string{"a": "b"}
	if err := c.Insert(t.Context(), doc); err != nil {
		t.Fatal(err)
	}
	wantStored(t, c, 1, doc)
	if err := store.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
}

func insertIsOnce(t *testing.T, store docstore.Store) {
	c, first, second := orders(t, store), numbered(1), numbered(1)
	second.Ref, second.Note = "another", "second"
	insertAll(t, c, first)
	wantClass(t, c.Insert(t.Context(), second), fault.Duplicate)
	wantStored(t, c, 1, first)
}

func uniqueIsOnce(t *testing.T, store docstore.Store) {
	c, first, second := orders(t, store), numbered(1), numbered(2)
	second.Ref = first.Ref
	insertAll(t, c, first)
	wantClass(t, c.Insert(t.Context(), second), fault.Duplicate)
	_, err := c.Get(t.Context(), second.ID)
	wantClass(t, err, fault.NotFound)
}

func insertManyIsPerDocument(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1))
	takenID, takenRef, noID, noRef := numbered(1), numbered(2), numbered(3), numbered(4)
	takenID.Ref, takenRef.Ref, noID.ID, noRef.Ref = "free", numbered(1).Ref, "", "x\x00y"
	docs := []*order{numbered(10), takenID, numbered(11), takenRef, noID, noRef, nil, numbered(12)}
	want := []fault.Class{0, fault.Duplicate, 0, fault.Duplicate, fault.Terminal, fault.Terminal, fault.Terminal, 0}
	errs := c.InsertMany(t.Context(), docs)
	wantClasses(t, errs, want)
	for _, n := range []int{10, 11, 12} {
		wantStored(t, c, 1, numbered(n))
	}

	first, again := numbered(20), numbered(20)
	again.Ref, again.Note = "again", "again"
	wantOne(t, c.InsertMany(t.Context(), []*order{first, again}), fault.Duplicate)

	if errs := c.InsertMany(t.Context(), nil); len(errs) != 0 {
		t.Errorf("nothing to insert gives %v", errs)
	}
}

func missingIsNotFound(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	_, err := c.Get(t.Context(), "nobody")
	wantClass(t, err, fault.NotFound)
	_, err = c.Get(t.Context(), "")
	wantClass(t, err, fault.Terminal)
}

// wantClasses checks outcomes one by one; class 0 means success.
func wantClasses(t *testing.T, errs []error, want []fault.Class) {
	t.Helper()
	if len(errs) != len(want) {
		t.Fatalf("%d answers for %d documents", len(errs), len(want))
	}
	for i, err := range errs {
		if (err == nil) != (want[i] == 0) || err != nil && !fault.Is(err, want[i]) {
			t.Errorf("document %d: got %v, want %v", i, err, want[i])
		}
	}
}

// wantOne checks that exactly one succeeded and all others failed with the class.
func wantOne(t *testing.T, errs []error, others fault.Class) {
	t.Helper()
	winners := 0
	for _, err := range errs {
		switch {
		case err == nil:
			winners++
		case !fault.Is(err, others):
			t.Errorf("a loser got %v, want %v", err, others)
		}
	}
	if winners != 1 {
		t.Errorf("%d winners of %d", winners, len(errs))
	}
}
