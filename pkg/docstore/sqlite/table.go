package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// table is one collection. It implements docstore.Raw.
type table struct {
	store   *Store
	schema  docstore.Schema
	columns string // of a whole row, in the order of scan

	get, insert, replace string
}

func newTable(s *Store, schema docstore.Schema) *table {
	all := []string{"id", "version"}
	sets := []string{"version = version + 1", "body = ?"}
	for _, f := range schema.Fields {
		all = append(all, column(f.Name))
		sets = append(sets, column(f.Name)+" = ?")
	}
	all = append(all, "body")
	places := strings.TrimSuffix(strings.Repeat("?, ", len(all)), ", ")
	return &table{
		store:   s,
		schema:  schema,
		columns: strings.Join(all, ", "),
		get:     fmt.Sprintf("SELECT %s FROM %s WHERE id = ?", strings.Join(all, ", "), quote(schema.Name)),
		insert: fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING",
			quote(schema.Name), strings.Join(all, ", "), places),
		replace: fmt.Sprintf("UPDATE %s SET %s WHERE id = ? AND version = ?", quote(schema.Name), strings.Join(sets, ", ")),
	}
}

// InsertMany inserts each row on its own, in one commit.
func (t *table) InsertMany(ctx context.Context, rows []docstore.Row) []error {
	return t.each(ctx, rows, docstore.Exists, t.insert, func(row docstore.Row) []any {
		return append(t.fields([]any{row.ID, row.Version}, row), row.Body)
	})
}

// ReplaceMany replaces each row on its own, in one commit.
func (t *table) ReplaceMany(ctx context.Context, rows []docstore.Row) []error {
	return t.each(ctx, rows, docstore.Changed, t.replace, func(row docstore.Row) []any {
		return append(t.fields([]any{row.Body}, row), row.ID, row.Version-1)
	})
}

// each runs statement for every row. untouched is the error of a row that the statement did not touch.
func (t *table) each(ctx context.Context, rows []docstore.Row, untouched func(string) error, statement string, args func(docstore.Row) []any) []error {
	errs := make([]error, len(rows))
	err := t.store.writer.do(ctx, len(rows), func(tx *transaction) error {
		for i, row := range rows {
			n, err := tx.exec(statement, args(row)...)
			if fatal(err) {
				return err
			}
			if err == nil && n == 0 {
				err = untouched(t.schema.Name)
			}
			if err == nil {
				tx.wrote(t.place(row.ID), row)
			}
			errs[i] = err
		}
		return nil
	})
	if err != nil { // errs may still be written to, when ctx ended first
		return slices.Repeat([]error{err}, len(rows))
	}
	return errs
}

// fields appends the extracted values in the order of the schema.
func (t *table) fields(args []any, row docstore.Row) []any {
	for _, f := range t.schema.Fields {
		args = append(args, row.Fields[f.Name])
	}
	return args
}

// MarkMany sets columns in one statement: a row that changes its length is written anew, with all of its body.
func (t *table) MarkMany(ctx context.Context, marks []docstore.Mark, ids []string) (int, error) {
	list, err := json.Marshal(ids)
	if err != nil {
		return 0, docstore.Refused(t.schema.Name, "the ids cannot be listed")
	}
	touched := func(tx *transaction) {
		for _, id := range ids {
			tx.touched(t.place(id))
		}
	}
	sets, args := make([]string, len(marks)), make([]any, 0, len(marks)+1)
	for i, m := range marks {
		sets[i], args = column(m.Field)+" = ?", append(args, m.Value)
	}
	return t.count(ctx, len(ids), touched, fmt.Sprintf("UPDATE %s SET %s WHERE id IN (SELECT value FROM json_each(?))",
		quote(t.schema.Name), strings.Join(sets, ", ")), append(args, string(list))...)
}

// DeleteMany deletes the first of sel.
func (t *table) DeleteMany(ctx context.Context, sel docstore.Selection) (int, error) {
	s := selection(t.schema, sel)
	return t.count(ctx, sel.Limit, (*transaction).touchedMany, fmt.Sprintf("DELETE FROM %s WHERE rowid IN (SELECT rowid %s %s)",
		quote(t.schema.Name), s.from, s.order), s.args...)
}

// place is where the row with an id lies.
func (t *table) place(id string) place { return place{t.schema.Name, id} }

// count runs one writing statement and returns how many rows it touched; note tells the transaction which.
func (t *table) count(ctx context.Context, weight int, note func(*transaction), statement string, args ...any) (int, error) {
	type touched struct {
		n   int64
		err error
	}
	result := make(chan touched, 1)
	err := t.store.writer.do(ctx, weight, func(tx *transaction) error {
		note(tx)
		n, err := tx.exec(statement, args...)
		if fatal(err) {
			return err
		}
		result <- touched{n, err}
		return nil
	})
	if err != nil {
		return 0, err
	}
	r := <-result
	return int(r.n), r.err
}

// kindOf is the kind of a declared field.
func (t *table) kindOf(field string) docstore.Kind {
	f, _ := t.schema.Field(field)
	return f.Kind
}
