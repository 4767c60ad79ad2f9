package memory

import (
	"context"
	"slices"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// Get gives one row.
func (t *table) Get(ctx context.Context, id string) (docstore.Row, error) {
	if err := t.store.away(ctx); err != nil {
		return docstore.Row{}, err
	}
	t.mu.RLock()
	row, known := t.rows[id]
	t.mu.RUnlock()
	if !known {
		return docstore.Row{}, docstore.Missing(t.name)
	}
	return kept(row), nil
}

// Find gives the first rows of sel.
func (t *table) Find(ctx context.Context, sel docstore.Selection) ([]docstore.Row, error) {
	if err := t.store.away(ctx); err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	ids := t.first(sel)
	rows := make([]docstore.Row, len(ids))
	for i, id := range ids {
		rows[i] = kept(t.rows[id])
	}
	return rows, nil
}

// first names the rows of sel up to its limit, in its order.
func (t *table) first(sel docstore.Selection) []string {
	entries := t.index(sel.Index.Name).selected(sel)
	ids := make([]string, 0, min(len(entries), sel.Limit))
	if sel.Descending {
		for _, e := range slices.Backward(entries) {
			if len(ids) == sel.Limit {
				break
			}
			ids = append(ids, e.id)
		}
		return ids
	}
	for _, e := range entries[:min(len(entries), sel.Limit)] {
		ids = append(ids, e.id)
	}
	return ids
}

// Count counts rows of sel up to its limit.
func (t *table) Count(ctx context.Context, sel docstore.Selection) (int, error) {
	if err := t.store.away(ctx); err != nil {
		return 0, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	return min(len(t.index(sel.Index.Name).selected(sel)), sel.Limit), nil
}

// Marks reads one field by id.
func (t *table) Marks(ctx context.Context, field string, ids []string) (map[string]any, error) {
	if err := t.store.away(ctx); err != nil {
		return nil, err
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	marks := make(map[string]any, len(ids))
	for _, id := range ids {
		if row, known := t.rows[id]; known {
			marks[id] = row.Fields[field]
		}
	}
	return marks, nil
}
