package memory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// table is one collection. It implements docstore.Raw. Rows in it are not changed, but replaced.
type table struct {
	store *Store
	name  string

	mu      sync.RWMutex
	kinds   map[string]docstore.Kind
	indexes []*index
	rows    map[string]docstore.Row
}

func (t *table) declare(schema docstore.Schema) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range schema.Fields {
		if kind, known := t.kinds[f.Name]; known && kind != f.Kind {
			return docstore.Refused(t.name, "field %s is stored as %s", f.Name, kind)
		}
		t.kinds[f.Name] = f.Kind
	}
	for _, wanted := range schema.Indexes {
		if x := t.index(wanted.Name); x != nil {
			if x.Unique != wanted.Unique || !slices.Equal(x.Fields, wanted.Fields) {
				return docstore.Refused(t.name, "index %s exists with other fields", x.Name)
			}
			continue
		}
		x := &index{Index: wanted}
		for _, row := range t.rows {
			if x.taken(row) {
				return docstore.Refused(t.name, "index %s would not be unique", x.Name)
			}
			x.add(row)
		}
		t.indexes = append(t.indexes, x)
	}
	return nil
}

func (t *table) index(name string) *index {
	for _, x := range t.indexes {
		if x.Name == name {
			return x
		}
	}
	return nil
}

// InsertMany inserts each row on its own.
func (t *table) InsertMany(ctx context.Context, rows []docstore.Row) []error {
	return t.each(ctx, rows, func(row docstore.Row) error {
		if _, known := t.rows[row.ID]; known || t.refused(row) {
			return docstore.Exists(t.name)
		}
		t.put(kept(row))
		return nil
	})
}

// ReplaceMany replaces each row on its own.
func (t *table) ReplaceMany(ctx context.Context, rows []docstore.Row) []error {
	return t.each(ctx, rows, func(row docstore.Row) error {
		old, known := t.rows[row.ID]
		if !known || old.Version != row.Version-1 {
			return docstore.Changed(t.name)
		}
		if t.refused(row) {
			return docstore.Exists(t.name)
		}
		t.change(old, kept(row))
		return nil
	})
}

func (t *table) each(ctx context.Context, rows []docstore.Row, write func(docstore.Row) error) []error {
	errs := make([]error, len(rows))
	if err := t.store.away(ctx); err != nil {
		return slices.Repeat([]error{err}, len(rows))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, row := range rows {
		errs[i] = write(row)
	}
	return errs
}

// refused reports whether a unique index refuses the row.
func (t *table) refused(row docstore.Row) bool {
	return slices.ContainsFunc(t.indexes, func(x *index) bool { return x.taken(row) })
}

func (t *table) put(row docstore.Row) {
	t.rows[row.ID] = row
	for _, x := range t.indexes {
		x.add(row)
	}
}

// change puts a row in another's place; indexes in which it lies as before are left alone.
func (t *table) change(old, row docstore.Row) {
	t.rows[row.ID] = row
	for _, x := range t.indexes {
		if !x.same(old, row) {
			x.remove(old)
			x.add(row)
		}
	}
}

func (t *table) drop(row docstore.Row) {
	delete(t.rows, row.ID)
	for _, x := range t.indexes {
		x.remove(row)
	}
}

// MarkMany sets some fields.
func (t *table) MarkMany(ctx context.Context, marks []docstore.Mark, ids []string) (n int, err error) {
	if err := t.store.away(ctx); err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		old, known := t.rows[id]
		if !known {
			continue
		}
		marked := old
		marked.Fields = maps.Clone(old.Fields)
		for _, m := range marks {
			delete(marked.Fields, m.Field)
			if m.Value != nil {
				marked.Fields[m.Field] = m.Value
			}
		}
		if t.refused(marked) {
			return n, docstore.Exists(t.name)
		}
		t.change(old, marked)
		n++
	}
	return n, nil
}

// DeleteMany deletes the first of sel.
func (t *table) DeleteMany(ctx context.Context, sel docstore.Selection) (int, error) {
	if err := t.store.away(ctx); err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	ids := t.first(sel)
	for _, id := range ids {
		t.drop(t.rows[id])
	}
	return len(ids), nil
}

// kept is a row that shares nothing with its giver.
func kept(row docstore.Row) docstore.Row {
	row.Fields, row.Body = maps.Clone(row.Fields), slices.Clone(row.Body)
	return row
}
