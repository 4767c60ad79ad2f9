package docstoretest

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

func deleteIsBounded(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	other := numbered(0)
	other.Merchant = "m2"
	insertAll(t, c, other, numbered(1), numbered(2), numbered(3), numbered(4), numbered(5))
	q := docstore.Query{Index: "by_merchant", Equal: []any{"m1"}, Before: int64(5), Limit: 3}
	for _, step := range []struct {
		deleted int
		left    []string
	}{
		{3, []string{numbered(4).ID, numbered(5).ID}},
		{1, []string{numbered(5).ID}},
		{0, []string{numbered(5).ID}},
	} {
		if n, err := c.DeleteMany(t.Context(), q); err != nil || n != step.deleted {
			t.Errorf("deleted %d, %v, want %d", n, err, step.deleted)
		}
		wantIDs(t, c, docstore.Query{Index: "by_merchant", Equal: []any{"m1"}}, step.left...)
	}
	wantStored(t, c, 1, other)
	_, err := c.DeleteMany(t.Context(), docstore.Query{Index: "by_nothing"})
	wantClass(t, err, fault.Terminal)
	// A deleted id starts anew.
	insertAll(t, c, numbered(1))
	wantStored(t, c, 1, numbered(1))
}
