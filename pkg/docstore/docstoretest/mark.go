package docstoretest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

var markTime = time.UnixMilli(1_770_000_000_123).UTC()

func mark(t *testing.T, c docstore.Collection[order], want int, field string, value any, ids ...string) {
	t.Helper()
	if n, err := c.MarkMany(t.Context(), []docstore.Mark{{Field: field, Value: value}}, ids); err != nil || n != want {
		t.Errorf("mark %s: %d, %v, want %d", field, n, err, want)
	}
}

func wantMarks(t *testing.T, c docstore.Collection[order], field string, want map[string]any) {
	t.Helper()
	ids := []string{"nobody"}
	for id := range want {
		ids = append(ids, id)
	}
	got, err := c.Marks(t.Context(), field, ids)
	if err != nil {
		t.Errorf("marks: %v", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("marks of %s (-want +got):\n%s", field, diff)
	}
}

func markMovesInIndexes(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	a, b, z := numbered(1), numbered(2), numbered(3)
	insertAll(t, c, a, b, z)

	mark(t, c, 2, "due_at", markTime, a.ID, b.ID, "nobody", a.ID)
	wantMarks(t, c, "due_at", map[string]any{a.ID: markTime, b.ID: markTime, z.ID: z.DueAt})
	wantIDs(t, c, docstore.Query{Index: "by_due"}, z.ID, a.ID, b.ID)
	wantIDs(t, c, docstore.Query{Index: "by_due", From: markTime}, a.ID, b.ID)

	mark(t, c, 1, "due_at", nil, b.ID)
	wantMarks(t, c, "due_at", map[string]any{a.ID: markTime, b.ID: nil, z.ID: z.DueAt})
	wantIDs(t, c, docstore.Query{Index: "by_due"}, z.ID, a.ID)

	mark(t, c, 1, "done", true, a.ID)
	mark(t, c, 1, "state", "sent", a.ID)
	mark(t, c, 1, "seq", int64(7), a.ID)
	wantMarks(t, c, "done", map[string]any{a.ID: true, b.ID: false})
	wantMarks(t, c, "seq", map[string]any{a.ID: int64(7), b.ID: int64(2)})
	wantIDs(t, c, docstore.Query{Index: "by_state", Equal: []any{"sent", true}}, a.ID)

	for _, doc := range []*order{a, b, z} {
		wantStored(t, c, 1, doc)
	}
	for name, marks := range map[string][]docstore.Mark{
		"a field of a unique index": {{Field: "ref", Value: "x"}},
		"an undeclared field":       {{Field: "nothing", Value: "x"}},
		"another kind":              {{Field: "seq", Value: 1}},
		"one wrong of two":          {{Field: "state", Value: "lost"}, {Field: "seq", Value: 1}},
		"one field twice":           {{Field: "state", Value: "lost"}, {Field: "state", Value: "lost"}},
		"no mark":                   nil,
	} {
		if _, err := c.MarkMany(t.Context(), marks, []string{a.ID}); !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	wantMarks(t, c, "state", map[string]any{a.ID: "sent"})
}

func marksOfOneCall(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	a, b, z := numbered(1), numbered(2), numbered(3)
	insertAll(t, c, a, b, z)
	marks := []docstore.Mark{
		{Field: "state", Value: "sent"}, {Field: "merchant", Value: nil}, {Field: "done", Value: true}, {Field: "due_at", Value: markTime},
	}
	for range 2 {
		if n, err := c.MarkMany(t.Context(), marks, []string{a.ID, b.ID, "nobody"}); err != nil || n != 2 {
			t.Errorf("marked %d, %v", n, err)
		}
		wantMarks(t, c, "state", map[string]any{a.ID: "sent", b.ID: "sent", z.ID: "open"})
		wantMarks(t, c, "merchant", map[string]any{a.ID: nil, b.ID: nil, z.ID: "m1"})
		wantMarks(t, c, "due_at", map[string]any{a.ID: markTime, b.ID: markTime, z.ID: z.DueAt})
		wantIDs(t, c, docstore.Query{Index: "by_state", Equal: []any{"sent", true}}, a.ID, b.ID)
		wantIDs(t, c, docstore.Query{Index: "by_merchant", Equal: []any{"m1"}}, z.ID)
	}
	for _, doc := range []*order{a, b, z} {
		wantStored(t, c, 1, doc)
	}
}

func markIsIdempotent(t *testing.T, store docstore.Store) {
	c, doc := orders(t, store), numbered(1)
	insertAll(t, c, doc)
	for range 3 {
		mark(t, c, 1, "done", true, doc.ID)
		wantMarks(t, c, "done", map[string]any{doc.ID: true})
	}
	mark(t, c, 0, "done", true)
	wantStored(t, c, 1, doc)
}

func marksStay(t *testing.T, store docstore.Store) {
	c, a, b := orders(t, store), numbered(1), numbered(2)
	insertAll(t, c, a, b)
	mark(t, c, 1, "done", true, a.ID)
	mark(t, c, 1, "state", "sent", a.ID)
	mark(t, c, 1, "done", true, b.ID)
	if err := c.Replace(t.Context(), b, 1); err != nil {
		t.Fatal(err)
	}
	c = orders(t, store) // declared again
	wantMarks(t, c, "done", map[string]any{a.ID: true, b.ID: false})
	wantMarks(t, c, "state", map[string]any{a.ID: "sent", b.ID: "open"})
}

func markManyIds(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	const n = 1203
	docs, all := make([]*order, n), make([]string, n)
	for i := range docs {
		docs[i] = numbered(i)
		all[i] = docs[i].ID
	}
	insertAll(t, c, docs...)
	mark(t, c, n, "done", true, append(all, all...)...) // a repeated id counts once
	marks, err := c.Marks(t.Context(), "done", all)
	if err != nil || len(marks) != n {
		t.Fatalf("%d marks, %v", len(marks), err)
	}
	for id, marked := range marks {
		if marked != true {
			t.Errorf("%s is not marked", id)
		}
	}
}
