//go:build mongo

package mongo

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/facepay-go/facepay/pkg/docstore"
)

var plans = docstore.Schema{
	Name:   "plans",
	Fields: []docstore.SchemaField{{Name: "a", Kind: docstore.String}, {Name: "b", Kind: docstore.Int}, {Name: "c", Kind: docstore.Bool}},
	Indexes: []docstore.Index{
		{Name: "by_abc", Fields: []string{"a", "b", "c"}},
		{Name: "by_b", Fields: []string{"b"}, Unique: true},
	},
}

// selections are all shapes a query can take.
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
				sel.From, sel.Before = rest[0], rest[0]
				shapes = append(shapes, sel)
			}
			if len(rest) > 0 || !index.Unique {
				sel.From, sel.After = nil, &docstore.Position{Values: rest, ID: "i"}
				shapes = append(shapes, sel)
			}
		}
	}
	for _, sel := range slices.Clone(shapes) {
		sel.Descending = true
		shapes = append(shapes, sel)
	}
	return shapes
}

// TestEveryQueryUsesItsDeclaredIndex asks the server for its plans. A MongoDB must also deliver the order from the
// index; FerretDB sorts what the index selects.
func TestEveryQueryUsesItsDeclaredIndex(t *testing.T) {
	ctx := context.Background()
	store, err := Open(os.Getenv("MONGODB_URI"), "facepay_test_"+strings.ToLower(rand.Text()[:12]), "plan_test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(store.db.Drop(ctx), store.Close()); err != nil {
			t.Error(err)
		}
	})
	if _, err := store.Collection(ctx, plans); err != nil {
		t.Fatal(err)
	}
	var build bson.M
	if err := store.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		t.Fatal(err)
	}
	scan := `"IXSCAN"`
	if _, substitute := build["ferretdb"]; substitute {
		scan = `"Node Type": "Index Scan"`
	}
	for _, sel := range selections() {
		plan := explain(t, store, sel)
		if !strings.Contains(plan, scan) || !strings.Contains(plan, `"`+sel.Index.Name+`"`) || strings.Contains(plan, `"COLLSCAN"`) || strings.Contains(plan, `"SORT"`) {
			t.Errorf("%+v is planned as %s", sel, plan)
		}
	}
}

func explain(t *testing.T, store *Store, sel docstore.Selection) string {
	t.Helper()
	var how options.FindOptions
	for _, set := range page(sel).List() {
		if err := set(&how); err != nil {
			t.Fatal(err)
		}
	}
	find := bson.D{{Key: "find", Value: plans.Name}, {Key: "filter", Value: filter(plans, sel)}, {Key: "hint", Value: how.Hint}, {Key: "limit", Value: how.Limit}}
	if how.Sort != nil {
		find = append(find, bson.E{Key: "sort", Value: how.Sort})
	}
	var plan bson.Raw
	command := bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}
	if err := store.db.RunCommand(context.Background(), command).Decode(&plan); err != nil {
		t.Fatalf("%+v: %v", sel, err)
	}
	return plan.String()
}
