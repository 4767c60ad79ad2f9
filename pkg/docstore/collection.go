package docstore

import (
	"cmp"
	"context"
	"iter"
	"reflect"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Open declares the collection in the store and returns typed access to it. A spec that breaks a rule, and a T that
// would not come back from BSON as it went in (unexported fields, floats, interfaces), is a Terminal error before any
// I/O.
func Open[T any](ctx context.Context, store Store, spec Spec[T]) (Collection[T], error) {
	schema, err := spec.schema()
	if err != nil {
		return nil, err
	}
	codec, err := newCodec(spec.Name, reflect.TypeFor[T]())
	if err != nil {
		return nil, err
	}
	raw, err := store.Collection(ctx, schema)
	if err != nil {
		return nil, err
	}
	return &collection[T]{spec: spec, schema: schema, codec: codec, raw: raw}, nil
}

type collection[T any] struct {
	spec   Spec[T]
	schema Schema
	codec  codec
	raw    Raw
}

func (c *collection[T]) Insert(ctx context.Context, doc *T) error {
	return c.InsertMany(ctx, []*T{doc})[0]
}

func (c *collection[T]) InsertMany(ctx context.Context, docs []*T) []error {
	b := newBatch(len(docs))
	for i, doc := range docs {
		row, err := c.row(doc, 1)
		b.add(i, row, err)
	}
	return b.send(ctx, c.raw.InsertMany)
}

func (c *collection[T]) Get(ctx context.Context, id string) (Record[T], error) {
	if err := c.checkID(id); err != nil {
		return Record[T]{}, err
	}
	row, err := c.raw.Get(ctx, id)
	if err != nil {
		return Record[T]{}, err
	}
	return c.record(row)
}

func (c *collection[T]) Replace(ctx context.Context, doc *T, expected int64) error {
	row, err := c.nextRow(doc, expected)
	if err != nil {
		return err
	}
	return c.raw.ReplaceMany(ctx, []Row{row})[0]
}

func (c *collection[T]) ReplaceMany(ctx context.Context, rs []Replacement[T]) []error {
	b := newBatch(len(rs))
	seen := make(map[string]bool, len(rs))
	for i := range rs {
		row, err := c.nextRow(&rs[i].Doc, rs[i].Expected)
		if err == nil && seen[row.ID] {
			err = c.invalid("an id is replaced twice in one call")
		}
		seen[row.ID] = true
		b.add(i, row, err)
	}
	return b.send(ctx, c.raw.ReplaceMany)
}

func (c *collection[T]) Find(ctx context.Context, q Query) (Page[T], error) {
	sel, err := q.selection(c.schema)
	if err != nil {
		return Page[T]{}, err
	}
	limit := sel.Limit
	sel.Limit++ // one more tells whether there is a next page
	rows, err := c.raw.Find(ctx, sel)
	if err != nil {
		return Page[T]{}, err
	}
	var page Page[T]
	if len(rows) > limit {
		rows = rows[:limit]
		if page.Next, err = cursorAt(sel, rows[limit-1]); err != nil {
			return Page[T]{}, err
		}
	}
	page.Records = make([]Record[T], 0, len(rows))
	var broken Unreadable
	for _, row := range rows {
		record, err := c.record(row)
		if err != nil {
			broken.IDs, broken.first = append(broken.IDs, row.ID), cmp.Or(broken.first, err)
			continue
		}
		page.Records = append(page.Records, record)
	}
	if len(broken.IDs) > 0 {
		return page, &broken
	}
	return page, nil
}

func (c *collection[T]) Scan(ctx context.Context, q Query) iter.Seq2[Record[T], error] {
	return func(yield func(Record[T], error) bool) {
		for q := q; ; {
			page, err := c.Find(ctx, q)
			if err != nil {
				yield(Record[T]{}, err)
				return
			}
			for _, record := range page.Records {
				if !yield(record, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			q.After = page.Next
		}
	}
}

func (c *collection[T]) Count(ctx context.Context, q Query, most int) (int, error) {
	sel, err := q.selection(c.schema)
	if err != nil {
		return 0, err
	}
	if most <= 0 {
		return 0, wrongQuery(c.schema, "a count of at most %d", most)
	}
	sel.Limit = most
	return c.raw.Count(ctx, sel)
}

func (c *collection[T]) DeleteMany(ctx context.Context, q Query) (int, error) {
	sel, err := q.selection(c.schema)
	if err != nil {
		return 0, err
	}
	return c.raw.DeleteMany(ctx, sel)
}

// nextRow is the row that follows version expected.
func (c *collection[T]) nextRow(doc *T, expected int64) (Row, error) {
	if expected < 1 {
		return Row{}, c.invalid("version %d cannot be stored", expected)
	}
	return c.row(doc, expected+1)
}

// row encodes doc, or tells by a Terminal error which rule it breaks.
func (c *collection[T]) row(doc *T, version int64) (Row, error) {
	if doc == nil {
		return Row{}, c.invalid("no document given")
	}
	row := Row{ID: c.spec.ID(doc), Version: version, Fields: make(map[string]any, len(c.spec.Fields))}
	if err := c.checkID(row.ID); err != nil {
		return Row{}, err
	}
	for _, f := range c.spec.Fields {
		value := f.Value(doc)
		stored, ok := f.Kind.stored(value)
		switch {
		case !ok:
			return Row{}, c.invalid("field %s wants a legal %s, not this %T", f.Name, f.Kind, value)
		case stored != nil:
			row.Fields[f.Name] = stored
		case c.schema.inUnique(f.Name):
			return Row{}, c.invalid("field %s of a unique index is absent", f.Name)
		}
	}
	var err error
	row.Body, err = c.codec.encode(c.spec.Name, doc)
	return row, err
}

func (c *collection[T]) record(row Row) (Record[T], error) {
	r := Record[T]{ID: row.ID, Version: row.Version}
	err := c.codec.decode(c.spec.Name, row.Body, &r.Doc)
	return r, err
}

func (c *collection[T]) checkID(id string) error {
	if id == "" || !textOK(id) {
		return c.invalid("the id is empty, longer than %d bytes, or not plain UTF-8", maxText)
	}
	return nil
}

func (c *collection[T]) invalid(format string, args ...any) error {
	return fault.Invalid(c.spec.Name, "document_invalid", format, args...)
}
