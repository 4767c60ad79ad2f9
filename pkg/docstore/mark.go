package docstore

import (
	"context"
	"slices"
)

// marksAtOnce bounds the ids of one statement.
const marksAtOnce = 1000

// Mark is the new value of one extracted field; nil makes the field absent.
type Mark struct {
	Field string
	Value any
}

func (c *collection[T]) MarkMany(ctx context.Context, marks []Mark, ids []string) (int, error) {
	stored, err := c.storedMarks(marks)
	if err != nil {
		return 0, err
	}
	ids, err = c.distinct(ids)
	if err != nil {
		return 0, err
	}
	found := 0
	for some := range slices.Chunk(ids, marksAtOnce) {
		n, err := c.raw.MarkMany(ctx, stored, some)
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

// storedMarks checks marks and gives them with the values that a Row has.
func (c *collection[T]) storedMarks(marks []Mark) ([]Mark, error) {
	if len(marks) == 0 {
		return nil, c.invalid("no mark given")
	}
	stored := make([]Mark, len(marks))
	for i, m := range marks {
		declared, err := c.field(m.Field)
		if err != nil {
			return nil, err
		}
		if c.schema.inUnique(m.Field) {
			return nil, c.invalid("field %s of a unique index cannot be marked", m.Field)
		}
		if slices.ContainsFunc(marks[:i], func(before Mark) bool { return before.Field == m.Field }) {
			return nil, c.invalid("field %s is marked twice in one call", m.Field)
		}
		value, ok := declared.Kind.stored(m.Value)
		if !ok {
			return nil, c.invalid("field %s wants a legal %s, not this %T", m.Field, declared.Kind, m.Value)
		}
		stored[i] = Mark{m.Field, value}
	}
	return stored, nil
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
