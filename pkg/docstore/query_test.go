package docstore

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/facepay-go/facepay/pkg/fault"
)

func thingSchema(t interface{ Fatal(...any) }) Schema {
	schema, err := thingSpec().schema()
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestAQueryThatBreaksARuleIsTerminalBeforeAnyIO(t *testing.T) {
	const secret = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	c := offline(t, thingSpec())
	for want, q := range map[string]Query{
		`no index "by_id" is declared`:                     {Index: "by_id"},
		"3 values for the 2 fields":                        {Index: "by_name", Equal: []any{"a", int64(1), secret}},
		"field name wants a legal string":                  {Index: "by_name", Equal: []any{int64(1)}},
		"field count wants a legal int64, not this string": {Index: "by_name", Equal: []any{"a", secret}},
		"field count wants a legal int64, not this int":    {Index: "by_name", Equal: []any{"a"}, From: 1},
		"field name is asked for an absent value":          {Index: "by_name", Equal: []any{nil}},
		"field at is asked for an absent value":            {Index: "by_at", Before: time.Time{}},
		"has no field left for a range":                    {Index: "by_at", Equal: []any{time.UnixMilli(1)}, Before: time.UnixMilli(2)},
		"limit 1001 is not within":                         {Index: "by_at", Limit: 1001},
		"limit -1 is not within":                           {Index: "by_at", Limit: -1},
		"the cursor is not one of this query":              {Index: "by_at", After: secret},
	} {
		_, err := c.Find(t.Context(), q)
		if !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secret) {
			t.Errorf("want %q, got %v", want, err)
		}
		if _, err := c.DeleteMany(t.Context(), q); !fault.Is(err, fault.Terminal) {
			t.Errorf("delete: want %q, got %v", want, err)
		}
		if _, err := c.Count(t.Context(), q, 1); !fault.Is(err, fault.Terminal) {
			t.Errorf("count: want %q, got %v", want, err)
		}
	}
}

func TestACursorTakesThePlaceOfTheBoundItPassed(t *testing.T) {
	schema := thingSchema(t)
	q := Query{Index: "by_name", Equal: []any{"n"}, From: int64(1), Before: int64(9)}
	sel, err := q.selection(schema)
	if err != nil {
		t.Fatal(err)
	}
	if q.After, err = cursorAt(sel, Row{ID: "id", Fields: map[string]any{"name": "n", "count": int64(4)}}); err != nil {
		t.Fatal(err)
	}
	got, err := q.selection(schema)
	if err != nil {
		t.Fatal(err)
	}
	want := Selection{Index: schema.Indexes[0], Equal: []any{"n"}, Before: int64(9), Limit: 1000, After: &Position{Values: []any{int64(4)}, ID: "id"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzACursorIsRefusedOrFitsItsQuery: a cursor comes back from outside (a paged request), so anything may be in it.
func FuzzACursorIsRefusedOrFitsItsQuery(f *testing.F) {
	schema := thingSchema(f)
	sel, err := Query{Index: "by_name", Equal: []any{"n"}}.selection(schema)
	if err != nil {
		f.Fatal(err)
	}
	good, err := cursorAt(sel, Row{ID: "id", Fields: map[string]any{"name": "n", "count": int64(4)}})
	if err != nil {
		f.Fatal(err)
	}
	body, err := base64.RawURLEncoding.DecodeString(string(good))
	if err != nil {
		f.Fatal(err)
	}
	nested, err := bson.Marshal(place{Index: "by_name", Values: bson.A{bson.A{"n"}, bson.M{"x": 1}}, ID: "id"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(body)
	f.Add(body[:len(body)-1])
	f.Add(nested)
	f.Fuzz(func(t *testing.T, b []byte) {
		q := Query{Index: "by_name", Equal: []any{"n"}, After: Cursor(base64.RawURLEncoding.EncodeToString(b))}
		if q.After == "" {
			return
		}
		sel, err := q.selection(schema)
		if err != nil {
			if !fault.Is(err, fault.Terminal) {
				t.Errorf("got %v", err)
			}
			return
		}
		if len(sel.After.Values) != 1 || !Int.holds(sel.After.Values[0]) || !textOK(sel.After.ID) {
			t.Errorf("the cursor gives %+v", sel.After)
		}
	})
}
