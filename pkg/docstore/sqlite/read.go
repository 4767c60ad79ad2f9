package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// Get gives a row that was written a moment ago, or loads it.
func (t *table) Get(ctx context.Context, id string) (docstore.Row, error) {
	if err := t.store.read.open(ctx); err != nil {
		return docstore.Row{}, outcome(err, "read "+t.schema.Name)
	}
	if row, known := t.store.recent.get(t.place(id)); known {
		return row, nil
	}
	rows, err := t.load(ctx, t.get, id)
	if err != nil {
		return docstore.Row{}, err
	}
	if len(rows) == 0 {
		return docstore.Row{}, docstore.Missing(t.schema.Name)
	}
	return rows[0], nil
}

// Find loads the first rows of sel.
func (t *table) Find(ctx context.Context, sel docstore.Selection) ([]docstore.Row, error) {
	s := selection(t.schema, sel)
	return t.load(ctx, fmt.Sprintf("SELECT %s %s %s", t.columns, s.from, s.order), s.args...)
}

// Count counts rows of sel up to its limit.
func (t *table) Count(ctx context.Context, sel docstore.Selection) (n int, err error) {
	s := selection(t.schema, sel)
	err = t.scan(ctx, func(rows *sql.Rows) error { return rows.Scan(&n) },
		fmt.Sprintf("SELECT count(*) FROM (SELECT 1 %s LIMIT ?)", s.from), s.args...)
	return n, err
}

// Marks reads one column by id.
func (t *table) Marks(ctx context.Context, field string, ids []string) (map[string]any, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, docstore.Refused(t.schema.Name, "the ids cannot be listed")
	}
	kind, marks := t.kindOf(field), make(map[string]any, len(ids))
	err = t.scan(ctx, func(rows *sql.Rows) error {
		var id string
		var value any
		err := rows.Scan(&id, &value)
		marks[id] = loaded(kind, value)
		return err
	}, fmt.Sprintf("SELECT id, %s FROM %s WHERE id IN (SELECT value FROM json_each(?))", column(field), quote(t.schema.Name)), string(list))
	return marks, err
}

// load reads whole rows.
func (t *table) load(ctx context.Context, query string, args ...any) (found []docstore.Row, err error) {
	err = t.scan(ctx, func(rows *sql.Rows) error {
		row, err := t.row(rows)
		found = append(found, row)
		return err
	}, query, args...)
	return found, err
}

func (t *table) row(rows *sql.Rows) (docstore.Row, error) {
	row := docstore.Row{Fields: make(map[string]any, len(t.schema.Fields))}
	values := make([]any, len(t.schema.Fields))
	into := []any{&row.ID, &row.Version}
	for i := range values {
		into = append(into, &values[i])
	}
	if err := rows.Scan(append(into, &row.Body)...); err != nil {
		return docstore.Row{}, err
	}
	for i, f := range t.schema.Fields {
		if values[i] != nil {
			row.Fields[f.Name] = loaded(f.Kind, values[i])
		}
	}
	return row, nil
}

// loaded turns a column's value into the form of docstore.Row.
func loaded(kind docstore.Kind, value any) any {
	if n, isInt := value.(int64); isInt && kind == docstore.Bool {
		return n != 0
	}
	return value
}

// scan runs a query and hands each row to read.
func (t *table) scan(ctx context.Context, read func(*sql.Rows) error, query string, args ...any) error {
	if err := t.store.read.read(ctx, read, query, args...); err != nil {
		return outcome(err, "read "+t.schema.Name)
	}
	return nil
}
