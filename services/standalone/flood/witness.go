package flood

import (
	"context"
	"math"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// witness is the service's store, with a view of the notices that does not go through the service.
type witness struct {
	docstore.Store
	notices docstore.Raw
	byState docstore.Index
}

// Collection remembers the collection of notices.
func (w *witness) Collection(ctx context.Context, s docstore.Schema) (docstore.Raw, error) {
	raw, err := w.Store.Collection(ctx, s)
	if s.Name == "notices" {
		w.notices = raw
		w.byState, _ = s.Index("by_state")
	}
	return raw, err
}

// rows counts the notices by state.
func (w *witness) rows(ctx context.Context) (map[string]int, error) {
	found := map[string]int{}
	for _, state := range []string{"waiting", "published", "unroutable", "kept"} {
		n, err := w.notices.Count(ctx, docstore.Selection{Index: w.byState, Equal: []any{state}, Limit: math.MaxInt32})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			found[state] = n
		}
	}
	return found, nil
}
