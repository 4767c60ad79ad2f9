package docstore

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

type thing struct {
	ID    string
	Name  string
	Count int64
	At    time.Time
}

func thingSpec() Spec[thing] {
	return Spec[thing]{
		Name: "things",
		ID:   func(x *thing) string { return x.ID },
		Fields: []Field[thing]{
			{Name: "name", Kind: String, Value: func(x *thing) any { return x.Name }},
			{Name: "count", Kind: Int, Value: func(x *thing) any { return x.Count }},
			{Name: "at", Kind: Time, Value: func(x *thing) any { return x.At }},
		},
		Indexes: []Index{
			{Name: "by_name", Fields: []string{"name", "count"}},
			{Name: "by_at", Fields: []string{"at"}},
		},
	}
}

// untouched is a store that must not be reached.
type untouched struct{ t *testing.T }

func (s untouched) Collection(context.Context, Schema) (Raw, error) {
	s.t.Error("the store was reached")
	return nil, nil
}
func (s untouched) Ping(context.Context) error { return nil }
func (s untouched) Close() error               { return nil }

func TestASpecThatBreaksARuleIsTerminalBeforeAnyIO(t *testing.T) {
	for want, spoil := range map[string]func(*Spec[thing]){
		`collection name "Things"`:            func(s *Spec[thing]) { s.Name = "Things" },
		`collection name ""`:                  func(s *Spec[thing]) { s.Name = "" },
		"ID is missing":                       func(s *Spec[thing]) { s.ID = nil },
		"field count is declared twice":       func(s *Spec[thing]) { s.Fields[0].Name = "count" },
		"field a-b is not named":              func(s *Spec[thing]) { s.Fields[0].Name = "a-b" },
		"field name has no known kind":        func(s *Spec[thing]) { s.Fields[0].Kind = 0 },
		"field name has no Value":             func(s *Spec[thing]) { s.Fields[0].Value = nil },
		"index by_at is declared twice":       func(s *Spec[thing]) { s.Indexes[0].Name = "by_at" },
		"index x; is not named":               func(s *Spec[thing]) { s.Indexes[0].Name = "x;" },
		"index by_at has no fields":           func(s *Spec[thing]) { s.Indexes[1].Fields = nil },
		"uses the undeclared field nobody":    func(s *Spec[thing]) { s.Indexes[1].Fields = []string{"nobody"} },
		"index by_at uses the field at twice": func(s *Spec[thing]) { s.Indexes[1].Fields = []string{"at", "at"} },
	} {
		spec := thingSpec()
		spoil(&spec)
		_, err := Open(t.Context(), untouched{t}, spec)
		if !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
	type hidden struct {
		a int //lint:ignore U1000 that nobody can reach it is what is refused
	}
	_, err := Open(t.Context(), untouched{t}, Spec[hidden]{Name: "hidden", ID: func(*hidden) string { return "x" }})
	if !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), "hidden.a") {
		t.Errorf("got %v", err)
	}
}

// unreachable panics when it is reached.
type unreachable struct{ Raw }

// offline is a collection whose database must not be reached.
func offline(t *testing.T, spec Spec[thing]) *collection[thing] {
	schema, err := spec.schema()
	if err != nil {
		t.Fatal(err)
	}
	return &collection[thing]{spec: spec, schema: schema, codec: codecFor[thing](t), raw: unreachable{}}
}

func TestADocumentThatBreaksARuleIsTerminalBeforeAnyIO(t *testing.T) {
	long := strings.Repeat("x", maxText+1)
	valid := thing{ID: "a", Name: "n", Count: 1, At: time.UnixMilli(1)}
	for what, doc := range map[string]thing{
		"no id":                 {Name: "n"},
		"a long id":             {ID: long},
		"an id with a NUL":      {ID: "a\x00"},
		"an id that is no text": {ID: "a\xff"},
		"a long field":          {ID: "a", Name: long},
		"a field with a NUL":    {ID: "a", Name: "\x00"},
		"a time out of range":   {ID: "a", At: time.Date(300_000_000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		c := offline(t, thingSpec())
		err := c.Insert(t.Context(), &doc)
		if !fault.Is(err, fault.Terminal) || strings.Contains(err.Error(), "xxx") {
			t.Errorf("%s: insert gives %v", what, err)
		}
		if err := c.Replace(t.Context(), &doc, 1); !fault.Is(err, fault.Terminal) {
			t.Errorf("%s: replace gives %v", what, err)
		}
	}
	for what, value := range map[string]any{"an int": 1, "a float": 1.5, "a pointer to nothing": (*time.Time)(nil), "a string": "1"} {
		spec := thingSpec()
		spec.Fields[1].Value = func(*thing) any { return value }
		if err := offline(t, spec).Insert(t.Context(), &valid); !fault.Is(err, fault.Terminal) {
			t.Errorf("%s for an Int: got %v", what, err)
		}
	}
	absent := thingSpec()
	absent.Indexes[1].Unique = true
	if err := offline(t, absent).Insert(t.Context(), &thing{ID: "a"}); !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), "field at of a unique index is absent") {
		t.Errorf("an absent unique value: got %v", err)
	}
}
