package sqlite

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
)

var plans = docstore.Schema{
	Name:   "plans",
	Fields: []docstore.SchemaField{{Name: "a", Kind: docstore.String}, {Name: "b", Kind: docstore.Int}, {Name: "c", Kind: docstore.Bool}},
	Indexes: []docstore.Index{
		{Name: "by_abc", Fields: []string{"a", "b", "c"}},
		{Name: "by_b", Fields: []string{"b"}, Unique: true},
		{Name: "by_ca", Fields: []string{"c", "a"}, Unique: true},
	},
}

// selections are all shapes a query can take: index, length of prefix, bounds, direction, cursor.
func selections() []docstore.Selection {
	value := map[string]any{"a": "x", "b": int64(1), "c": true}
	var shapes []docstore.Selection
	for _, index := range plans.Indexes {
		for equal := range len(index.Fields) + 1 {
			sel := docstore.Selection{Index: index, Limit: 10}
			for _, field := range index.Fields[:equal] {
				sel.Equal = append(sel.Equal, value[field])
			}
			var rest []any
			for _, field := range sel.Rest() {
				rest = append(rest, value[field])
			}
			shapes = append(shapes, sel)
			if len(rest) > 0 {
				from, before, both := sel, sel, sel
				from.From, before.Before = rest[0], rest[0]
				both.From, both.Before = rest[0], rest[0]
				shapes = append(shapes, from, before, both)
			}
			if len(rest) > 0 || !index.Unique {
				behind := sel
				behind.After = &docstore.Position{Values: rest, ID: "i"}
				shapes = append(shapes, behind)
				if len(rest) > 0 {
					behind.Before = rest[0]
					shapes = append(shapes, behind)
				}
			}
		}
	}
	for _, sel := range slices.Clone(shapes) {
		sel.Descending = true
		sel.From, sel.Before = sel.Before, sel.From
		shapes = append(shapes, sel)
	}
	return shapes
}

func TestEveryQueryUsesItsDeclaredIndexAndItsOrder(t *testing.T) {
	store, err := Open(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	raw, err := store.Collection(t.Context(), plans)
	if err != nil {
		t.Fatal(err)
	}
	columns := raw.(*table).columns
	for _, sel := range selections() {
		s := selection(plans, sel)
		for _, statement := range []string{
			fmt.Sprintf("SELECT %s %s %s", columns, s.from, s.order),
			fmt.Sprintf("SELECT count(*) FROM (SELECT 1 %s LIMIT ?)", s.from),
			fmt.Sprintf("DELETE FROM plans WHERE rowid IN (SELECT rowid %s %s)", s.from, s.order),
		} {
			plan := explain(t, store, statement, s.args)
			bounded := len(sel.Equal) > 0 || sel.From != nil || sel.Before != nil || sel.After != nil
			usesIndex := strings.Contains(plan, "USING INDEX plans."+sel.Index.Name) || strings.Contains(plan, "USING COVERING INDEX plans."+sel.Index.Name)
			if !usesIndex || strings.Contains(plan, "TEMP B-TREE") || bounded && !strings.Contains(plan, "SEARCH plans USING") {
				t.Errorf("%s\nis planned as\n%s", statement, plan)
			}
		}
	}
	for _, byID := range []string{
		"SELECT id FROM plans WHERE id = ?",
		"SELECT id, f_a FROM plans WHERE id IN (SELECT value FROM json_each(?))",
		"UPDATE plans SET f_a = 'x' WHERE id IN (SELECT value FROM json_each(?))",
	} {
		if plan := explain(t, store, byID, []any{"[]"}); !strings.Contains(plan, "SEARCH plans USING") {
			t.Errorf("%s\nis planned as\n%s", byID, plan)
		}
	}
}

func explain(t *testing.T, store *Store, statement string, args []any) string {
	t.Helper()
	rows, err := store.read.db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+statement, args...)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan = append(plan, detail)
	}
	return strings.Join(plan, "\n")
}
