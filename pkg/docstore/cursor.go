package docstore

import (
	"encoding/base64"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Cursor is an opaque position in a query's results; "" is the beginning. It holds the field values of the last
// document seen, so it belongs where those values may go, and not into a log.
type Cursor string

// place is what a cursor says: the query it belongs to and the last document seen.
type place struct {
	Index      string `bson:"i"`
	Descending bool   `bson:"d"`
	Values     bson.A `bson:"v"` // of all fields of the index
	ID         string `bson:"id"`
}

// cursorAt is the cursor behind row.
func cursorAt(sel Selection, row Row) (Cursor, error) {
	p := place{Index: sel.Index.Name, Descending: sel.Descending, ID: row.ID}
	for _, field := range sel.Index.Fields {
		p.Values = append(p.Values, row.Fields[field])
	}
	b, err := bson.Marshal(p)
	if err != nil {
		return "", Refused(sel.Index.Name, "the position cannot be encoded")
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(b)), nil
}

// resume continues sel behind the cursor. The cursor takes the place of the bound that it has passed.
func (c Cursor) resume(schema Schema, sel Selection) (Selection, error) {
	b, err := base64.RawURLEncoding.DecodeString(string(c))
	var p place
	if err != nil || bson.Unmarshal(b, &p) != nil || !p.fits(schema, sel) {
		return Selection{}, wrongQuery(schema, "the cursor is not one of this query")
	}
	sel.After = &Position{Values: p.Values[len(sel.Equal):], ID: p.ID}
	if sel.Descending {
		sel.Before = nil
	} else {
		sel.From = nil
	}
	return sel, nil
}

// fits reports whether the place can be one of sel's results.
func (p place) fits(schema Schema, sel Selection) bool {
	index := sel.Index
	if p.Index != index.Name || p.Descending != sel.Descending || len(p.Values) != len(index.Fields) || !textOK(p.ID) {
		return false
	}
	for i, value := range p.Values {
		field, _ := schema.Field(index.Fields[i])
		if !field.Kind.holds(value) {
			return false
		}
	}
	if !slices.Equal(p.Values[:len(sel.Equal)], bson.A(sel.Equal)) {
		return false
	}
	rest := p.Values[len(sel.Equal):]
	if len(rest) == 0 {
		return !index.Unique // a unique value has one document and nothing behind it
	}
	return (sel.From == nil || compare(rest[0], sel.From) >= 0) && (sel.Before == nil || compare(rest[0], sel.Before) < 0)
}
