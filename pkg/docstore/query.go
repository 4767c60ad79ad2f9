package docstore

import (
	"github.com/facepay-go/facepay/pkg/fault"
)

// Query selects by one declared index: equality on a prefix of its fields, then optionally a range on the next field.
// Only documents with all fields of the index present are selected. Results come in index order (all fields of the
// index, then id), reversed when Descending.
type Query struct {
	Index string
	Equal []any
	// From (inclusive) and Before (exclusive) bound the field after the equality prefix; nil leaves a side open.
	From, Before any
	Descending   bool
	// Limit bounds one page; 0 means 1000, the most allowed.
	Limit int
	// After resumes behind the cursor of an earlier page of the same query. The bounds may have moved meanwhile (Before:
	// now) as long as the cursor is still within them.
	After Cursor
}

const maxLimit = 1000

// selection checks q against the schema and makes it exact. Errors are Terminal and name the rule, never a value.
func (q Query) selection(schema Schema) (Selection, error) {
	index, declared := schema.Index(q.Index)
	if !declared {
		return Selection{}, wrongQuery(schema, "no index %q is declared", q.Index)
	}
	if len(q.Equal) > len(index.Fields) {
		return Selection{}, wrongQuery(schema, "%d values for the %d fields of index %s", len(q.Equal), len(index.Fields), index.Name)
	}
	if q.Limit < 0 || q.Limit > maxLimit {
		return Selection{}, wrongQuery(schema, "limit %d is not within 0 to %d", q.Limit, maxLimit)
	}
	sel := Selection{Index: index, Descending: q.Descending, Limit: q.Limit}
	if sel.Limit == 0 {
		sel.Limit = maxLimit
	}
	for i, value := range q.Equal {
		v, err := queryValue(schema, index.Fields[i], value)
		if err != nil {
			return Selection{}, err
		}
		sel.Equal = append(sel.Equal, v)
	}
	if err := q.bound(schema, &sel); err != nil {
		return Selection{}, err
	}
	if q.After == "" {
		return sel, nil
	}
	return q.After.resume(schema, sel)
}

// bound fills in the range.
func (q Query) bound(schema Schema, sel *Selection) (err error) {
	if q.From == nil && q.Before == nil {
		return nil
	}
	if len(sel.Rest()) == 0 {
		return wrongQuery(schema, "index %s has no field left for a range", sel.Index.Name)
	}
	if q.From != nil {
		if sel.From, err = queryValue(schema, sel.Rest()[0], q.From); err != nil {
			return err
		}
	}
	if q.Before != nil {
		sel.Before, err = queryValue(schema, sel.Rest()[0], q.Before)
	}
	return err
}

func queryValue(schema Schema, field string, value any) (any, error) {
	declared, _ := schema.Field(field)
	v, ok := declared.Kind.stored(value)
	if !ok {
		return nil, wrongQuery(schema, "field %s wants a legal %s, not this %T", field, declared.Kind, value)
	}
	if v == nil {
		return nil, wrongQuery(schema, "field %s is asked for an absent value", field)
	}
	return v, nil
}

func wrongQuery(schema Schema, format string, args ...any) error {
	return fault.Invalid(schema.Name, "query_invalid", format, args...)
}
