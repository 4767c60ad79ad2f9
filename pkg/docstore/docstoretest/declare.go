package docstoretest

import (
	"context"
	"errors"
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

func declareAgain(t *testing.T, store docstore.Store) {
	c, old := orders(t, store), numbered(1)
	insertAll(t, c, old)
	spec := orderSpec()
	spec.Fields = append(spec.Fields, docstore.Field[order]{Name: "note", Kind: docstore.String, Value: func(o *order) any { return o.Note }})
	spec.Indexes = append(spec.Indexes, docstore.Index{Name: "by_note", Fields: []string{"note"}})
	again, err := docstore.Open(t.Context(), store, spec)
	if err != nil {
		t.Fatal(err)
	}
	added := numbered(2)
	added.Note = "n"
	insertAll(t, again, added)
	wantIDs(t, again, docstore.Query{Index: "by_note"}, added.ID) // older documents lack the field
	wantIDs(t, again, docstore.Query{Index: "by_due"}, old.ID, added.ID)
	if err := again.Replace(t.Context(), old, 1); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, again, docstore.Query{Index: "by_note"}, old.ID, added.ID)
	insertAll(t, orders(t, store), numbered(3)) // an older program works on
}

func declareOtherwise(t *testing.T, store docstore.Store) {
	orders(t, store)
	for name, change := range map[string]func(*docstore.Index){
		"other fields": func(index *docstore.Index) { index.Fields = []string{"merchant", "state"} },
		"unique":       func(index *docstore.Index) { index.Unique = true },
	} {
		spec := orderSpec()
		change(&spec.Indexes[1])
		if _, err := docstore.Open(t.Context(), store, spec); !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func endedContext(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, err := range calls(ctx, c) {
		if !fault.Is(err, fault.Retry) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	wantStored(t, c, 1, numbered(1))
}

func closedStore(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1))
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	for name, err := range calls(context.Background(), c) {
		wantClass(t, err, fault.Retry)
		if !fault.Is(err, fault.Retry) {
			t.Errorf("by %s", name)
		}
	}
	wantClass(t, store.Ping(context.Background()), fault.Retry)
	_, err := docstore.Open(context.Background(), store, orderSpec())
	wantClass(t, err, fault.Retry)
}

// calls does everything a collection can do.
func calls(ctx context.Context, c docstore.Collection[order]) map[string]error {
	q := docstore.Query{Index: "by_due"}
	errs := map[string]error{
		"Insert":      c.Insert(ctx, numbered(2)),
		"InsertMany":  c.InsertMany(ctx, []*order{numbered(2), numbered(3)})[1],
		"Replace":     c.Replace(ctx, numbered(1), 1),
		"ReplaceMany": c.ReplaceMany(ctx, []docstore.Replacement[order]{{Doc: *numbered(1), Expected: 1}})[0],
	}
	_, errs["Get"] = c.Get(ctx, numbered(1).ID)
	_, errs["Find"] = c.Find(ctx, q)
	_, errs["Count"] = c.Count(ctx, q, 1)
	_, errs["DeleteMany"] = c.DeleteMany(ctx, q)
	_, errs["MarkMany"] = c.MarkMany(ctx, []docstore.Mark{{Field: "done", Value: true}}, []string{numbered(1).ID})
	_, errs["Marks"] = c.Marks(ctx, "done", []string{numbered(1).ID})
	for _, err := range c.Scan(ctx, q) {
		errs["Scan"] = err
	}
	return errs
}
