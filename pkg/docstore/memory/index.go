package memory

import (
	"cmp"
	"slices"
	"sort"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// index is the entries of all rows that have its fields, in order. It is a slice: an insert moves what lies behind it,
// which is cheap for the tens of thousands of rows this store is for.
type index struct {
	docstore.Index
	entries []entry
}

type entry struct {
	values []any
	id     string
}

// of is the row's entry; false when a field is absent.
func (x *index) of(row docstore.Row) (entry, bool) {
	e := entry{values: make([]any, len(x.Fields)), id: row.ID}
	for i, field := range x.Fields {
		if e.values[i] = row.Fields[field]; e.values[i] == nil {
			return entry{}, false
		}
	}
	return e, true
}

// taken reports whether another row has the unique value that row wants.
func (x *index) taken(row docstore.Row) bool {
	e, present := x.of(row)
	if !x.Unique || !present {
		return false
	}
	at := sort.Search(len(x.entries), func(i int) bool { return compareAll(x.entries[i].values, e.values) >= 0 })
	return at < len(x.entries) && compareAll(x.entries[at].values, e.values) == 0 && x.entries[at].id != row.ID
}

// same reports whether two rows of one id lie at the same place.
func (x *index) same(a, b docstore.Row) bool {
	return !slices.ContainsFunc(x.Fields, func(field string) bool { return a.Fields[field] != b.Fields[field] })
}

func (x *index) add(row docstore.Row) {
	if e, present := x.of(row); present {
		at, _ := slices.BinarySearchFunc(x.entries, e, entry.compare)
		x.entries = slices.Insert(x.entries, at, e)
	}
}

func (x *index) remove(row docstore.Row) {
	if e, present := x.of(row); present {
		at, found := slices.BinarySearchFunc(x.entries, e, entry.compare)
		if found {
			x.entries = slices.Delete(x.entries, at, at+1)
		}
	}
}

// selected is the entries of sel in ascending order, without its limit.
func (x *index) selected(sel docstore.Selection) []entry {
	n := len(sel.Equal)
	low := sort.Search(len(x.entries), func(i int) bool {
		v := x.entries[i].values
		c := compareAll(v[:n], sel.Equal)
		return c > 0 || c == 0 && (sel.From == nil || compare(v[n], sel.From) >= 0)
	})
	high := sort.Search(len(x.entries), func(i int) bool {
		v := x.entries[i].values
		c := compareAll(v[:n], sel.Equal)
		return c > 0 || c == 0 && sel.Before != nil && compare(v[n], sel.Before) >= 0
	})
	if sel.After != nil {
		after := entry{append(slices.Clone(sel.Equal), sel.After.Values...), sel.After.ID}
		at, found := slices.BinarySearchFunc(x.entries, after, entry.compare)
		switch {
		case sel.Descending:
			high = min(high, at)
		case found:
			low = max(low, at+1)
		default:
			low = max(low, at)
		}
	}
	return x.entries[low:max(low, high)]
}

func (e entry) compare(other entry) int {
	return cmp.Or(compareAll(e.values, other.values), cmp.Compare(e.id, other.id))
}

func compareAll(a, b []any) int { return slices.CompareFunc(a, b, compare) }

// compare orders two values of one kind; false comes before true.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		return cmp.Compare(a, b.(string))
	case int64:
		return cmp.Compare(a, b.(int64))
	case bool:
		return cmp.Compare(rank(a), rank(b.(bool)))
	}
	return 0
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}
