package docstoretest

import (
	"errors"
	"slices"
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// unlike is a document of the suite as another release would write it: its Note is a number.
type unlike struct {
	ID   string
	Note int64
}

func unreadableIsNamed(t *testing.T, store docstore.Store) {
	c := orders(t, store)
	const n = 10
	for i := range n {
		insertAll(t, c, numbered(i))
	}
	spec := orderSpec()
	other := docstore.Spec[unlike]{Name: spec.Name, ID: func(u *unlike) string { return u.ID }, Indexes: spec.Indexes}
	for _, f := range spec.Fields {
		value := func(u *unlike) any { return f.Value(numbered(int(u.Note))) }
		other.Fields = append(other.Fields, docstore.Field[unlike]{Name: f.Name, Kind: f.Kind, Value: value})
	}
	another, err := docstore.Open(t.Context(), store, other)
	if err != nil {
		t.Fatal(err)
	}
	broken := []string{numbered(3).ID, numbered(4).ID, numbered(7).ID}
	for _, i := range []int64{3, 4, 7} {
		if err := another.Replace(t.Context(), &unlike{ID: numbered(int(i)).ID, Note: i}, 1); err != nil {
			t.Fatal(err)
		}
	}
	var whole, named []string
	q := docstore.Query{Index: "by_due", Limit: 4}
	for {
		page, err := c.Find(t.Context(), q)
		if u, ok := errors.AsType[*docstore.Unreadable](err); ok {
			named = append(named, u.IDs...)
			wantClass(t, err, fault.Terminal)
		} else if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Records {
			whole = append(whole, r.ID)
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if !slices.Equal(named, broken) || len(whole) != n-len(broken) {
		t.Errorf("named %v, read %v", named, whole)
	}
	for r, err := range c.Scan(t.Context(), docstore.Query{Index: "by_due"}) {
		if err == nil {
			t.Errorf("a scan went past %s though a document is unreadable", r.ID)
			break
		}
		wantClass(t, err, fault.Terminal)
	}
}
