package docstoretest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// findIsExact compares random queries with the plain answer over the same documents. Values are few, so equal keys,
// absent values and empty results are common.
func findIsExact(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	docs := make([]*order, 60)
	for i := range docs {
		docs[i] = &order{
			ID: fmt.Sprintf("%02d", (i*37)%60), Merchant: fmt.Sprint("m", i%3), Seq: int64(i%4 - 2), State: fmt.Sprint("s", i%2),
			Done: i%3 == 0, Ref: fmt.Sprintf("r%02d", i), DueAt: time.UnixMilli(int64(i % 5)).UTC(),
		}
		if i%5 == 4 {
			docs[i].DueAt = time.Time{} // absent
		}
	}
	insertAll(t, c, docs...)
	rapid.Check(t, func(t *rapid.T) {
		q := query().Draw(t, "query")
		want := answer(docs, q)
		if diff := gocmp.Diff(want, pages(t, c, q), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("found (-want +got):\n%s", diff)
		}
		most := rapid.IntRange(1, 70).Draw(t, "most")
		if n, err := c.Count(t.Context(), q, most); err != nil || n != min(most, len(want)) {
			t.Errorf("count: %d, %v, want %d", n, err, min(most, len(want)))
		}
	})
}

// values of the fields of one order; nil is absent.
func values(o *order) map[string]any {
	v := map[string]any{"merchant": o.Merchant, "seq": o.Seq, "state": o.State, "done": o.Done, "ref": o.Ref}
	if !o.DueAt.IsZero() {
		v["due_at"] = o.DueAt
	}
	return v
}

func query() *rapid.Generator[docstore.Query] {
	draw := map[string]*rapid.Generator[any]{
		"merchant": rapid.Map(rapid.IntRange(0, 3), func(n int) any { return fmt.Sprint("m", n) }),
		"seq":      rapid.Map(rapid.Int64Range(-3, 2), func(n int64) any { return n }),
		"state":    rapid.Map(rapid.IntRange(0, 1), func(n int) any { return fmt.Sprint("s", n) }),
		"done":     rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		"ref":      rapid.Map(rapid.IntRange(0, 60), func(n int) any { return fmt.Sprintf("r%02d", n) }),
		"due_at":   rapid.Map(rapid.Int64Range(0, 5), func(ms int64) any { return time.UnixMilli(ms) }),
	}
	return rapid.Custom(func(t *rapid.T) docstore.Query {
		index := rapid.SampledFrom(orderSpec().Indexes).Draw(t, "index")
		q := docstore.Query{Index: index.Name, Limit: rapid.SampledFrom([]int{0, 1, 3, 7}).Draw(t, "limit"), Descending: rapid.Bool().Draw(t, "descending")}
		equal := rapid.IntRange(0, len(index.Fields)).Draw(t, "equal")
		for _, field := range index.Fields[:equal] {
			q.Equal = append(q.Equal, draw[field].Draw(t, field))
		}
		if equal < len(index.Fields) && rapid.Bool().Draw(t, "from") {
			q.From = draw[index.Fields[equal]].Draw(t, "from value")
		}
		if equal < len(index.Fields) && rapid.Bool().Draw(t, "before") {
			q.Before = draw[index.Fields[equal]].Draw(t, "before value")
		}
		return q
	})
}

// answer is what q must give: ids in order.
func answer(docs []*order, q docstore.Query) []string {
	i := slices.IndexFunc(orderSpec().Indexes, func(index docstore.Index) bool { return index.Name == q.Index })
	fields := orderSpec().Indexes[i].Fields
	var found []*order
	for _, o := range docs {
		if matches(values(o), fields, q) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, func(a, b *order) int {
		for _, f := range fields {
			if n := compare(values(a)[f], values(b)[f]); n != 0 {
				return n
			}
		}
		return cmp.Compare(a.ID, b.ID)
	})
	if q.Descending {
		slices.Reverse(found)
	}
	var ids []string
	for _, o := range found {
		ids = append(ids, o.ID)
	}
	return ids
}

func matches(v map[string]any, fields []string, q docstore.Query) bool {
	for i, field := range fields {
		switch {
		case v[field] == nil,
			i < len(q.Equal) && compare(v[field], q.Equal[i]) != 0,
			i == len(q.Equal) && q.From != nil && compare(v[field], q.From) < 0,
			i == len(q.Equal) && q.Before != nil && compare(v[field], q.Before) >= 0:
			return false
		}
	}
	return true
}

func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		return cmp.Compare(a, b.(string))
	case int64:
		return cmp.Compare(a, b.(int64))
	case time.Time:
		return a.Compare(b.(time.Time))
	case bool:
		return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) // "false" < "true"
	}
	panic("no such kind")
}

// pages reads all pages of q.
func pages(t *rapid.T, c docstore.Collection[order], q docstore.Query) []string {
	var found []string
	for {
		page, err := c.Find(t.Context(), q)
		if err != nil {
			t.Fatalf("find: %v", err)
		}
		if q.Limit > 0 && len(page.Records) > q.Limit {
			t.Errorf("%d records on a page of %d", len(page.Records), q.Limit)
		}
		found = append(found, ids(page)...)
		if page.Next == "" {
			return found
		}
		if len(page.Records) == 0 || len(found) > 1000 {
			t.Fatalf("after %d records, a page of %d promises more", len(found), len(page.Records))
		}
		q.After = page.Next
	}
}

func absentIsInNoIndex(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	with, without := numbered(1), numbered(2)
	without.DueAt = time.Time{}
	insertAll(t, c, with, without)
	wantIDs(t, c, docstore.Query{Index: "by_due"}, with.ID)
	wantIDs(t, c, docstore.Query{Index: "by_due", Descending: true}, with.ID)
	wantIDs(t, c, docstore.Query{Index: "by_due", Before: with.DueAt.Add(time.Hour)}, with.ID)
	wantIDs(t, c, docstore.Query{Index: "by_state", Equal: []any{"open", false}}, with.ID)
	_, err := c.Find(t.Context(), docstore.Query{Index: "by_due", Equal: []any{nil}})
	wantClass(t, err, fault.Terminal)
	_, err = c.Find(t.Context(), docstore.Query{Index: "by_due", From: time.Time{}})
	wantClass(t, err, fault.Terminal)
}

func cursorsAreBound(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1), numbered(2), numbered(3))
	q := docstore.Query{Index: "by_merchant", Equal: []any{"m1"}, Limit: 1}
	page, err := c.Find(t.Context(), q)
	if err != nil || page.Next == "" {
		t.Fatalf("no next page: %v", err)
	}
	for name, other := range map[string]docstore.Query{
		"another prefix":      {Index: "by_merchant", Equal: []any{"m2"}, After: page.Next},
		"another index":       {Index: "by_ref", After: page.Next},
		"the other direction": {Index: "by_merchant", Equal: []any{"m1"}, Descending: true, After: page.Next},
		"another range":       {Index: "by_merchant", Equal: []any{"m1"}, From: int64(2), After: page.Next},
		"nonsense":            {Index: "by_merchant", Equal: []any{"m1"}, After: "%%%"},
		"half a cursor":       {Index: "by_merchant", Equal: []any{"m1"}, After: page.Next[:len(page.Next)/2]},
	} {
		if _, err := c.Find(t.Context(), other); !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	q.After, q.Before = page.Next, int64(3) // a bound that moves and still holds the cursor
	wantIDs(t, c, q, numbered(2).ID)
}

func countIsBounded(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	insertAll(t, c, numbered(1), numbered(2), numbered(3))
	for most, want := range map[int]int{1: 1, 3: 3, 10: 3, 5000: 3} {
		if n, err := c.Count(t.Context(), docstore.Query{Index: "by_due", Limit: 1}, most); err != nil || n != want {
			t.Errorf("at most %d: got %d, %v", most, n, err)
		}
	}
	_, err := c.Count(t.Context(), docstore.Query{Index: "by_due"}, 0)
	wantClass(t, err, fault.Terminal)
}
