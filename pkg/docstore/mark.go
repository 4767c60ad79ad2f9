package docstore

import (
	"context"
	"slices"
)

// marksAtOnce bounds the ids of one statement.
const marksAtOnce = 1000

func (c *collection[T]) MarkMany(ctx context.Context, field string, value any, ids []string) (int, error) {
	declared, err := c.field(field)
	if err != nil {
		return 0, err
	}
	if c.schema.inUnique(field) {
		return 0, c.invalid("field %s of a unique index cannot be marked", field)
	}
	stored, ok := declared.Kind.stored(value)
	if !ok {
		return 0, c.invalid("field %s wants a legal %s, not this %T", field, declared.Kind, value)
	}
	ids, err = c.distinct(ids)
	if err != nil {
		return 0, err
	}
	found := 0
	for some := range slices.Chunk(ids, marksAtOnce) {
		n, err := c.raw.MarkMany(ctx, field, stored, some)
		if err != nil {
			return found, err
		}
		found += n
	}
	return found, nil
}

func (c *collection[T]) Marks(ctx context.Context, field string, ids []string) (map[string]any, error) {
	declared, err := c.field(field)
	if err != nil {
		return nil, err
	}
	ids, err = c.distinct(ids)
	if err != nil {
		return nil, err
	}
	marks := make(map[string]any, len(ids))
	for some := range slices.Chunk(ids, marksAtOnce) {
		stored, err := c.raw.Marks(ctx, field, some)
		if err != nil {
			return nil, err
		}
		for id, v := range stored {
			marks[id] = declared.Kind.loaded(v)
		}
	}
	return marks, nil
}

func (c *collection[T]) field(name string) (SchemaField, error) {
	declared, ok := c.schema.Field(name)
	if !ok {
		return SchemaField{}, c.invalid("no field %q is declared", name)
	}
	return declared, nil
}

// distinct checks ids and drops repetitions.
func (c *collection[T]) distinct(ids []string) ([]string, error) {
	for _, id := range ids {
		if err := c.checkID(id); err != nil {
			return nil, err
		}
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
