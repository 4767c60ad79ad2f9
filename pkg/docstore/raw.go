package docstore

import (
	"context"
	"slices"
)

// Schema is the untyped part of a Spec, what an implementation sees. It is valid: names are lower snake case, indexes
// use declared fields.
type Schema struct {
	Name    string
	Fields  []SchemaField
	Indexes []Index
}

// SchemaField is a Field without its extractor.
type SchemaField struct {
	Name string
	Kind Kind
}

// Field finds a declared field.
func (s Schema) Field(name string) (SchemaField, bool) {
	for _, f := range s.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return SchemaField{}, false
}

// Index finds a declared index.
func (s Schema) Index(name string) (Index, bool) {
	for _, index := range s.Indexes {
		if index.Name == name {
			return index, true
		}
	}
	return Index{}, false
}

// inUnique reports whether the field belongs to a unique index and so must be present.
func (s Schema) inUnique(field string) bool {
	return slices.ContainsFunc(s.Indexes, func(index Index) bool {
		return index.Unique && slices.Contains(index.Fields, field)
	})
}

// Row is an encoded document: extracted values by field name (absent ones missing): string, int64, bool, and int64
// milliseconds for Time.
type Row struct {
	ID      string
	Version int64
	Fields  map[string]any
	Body    []byte
}

// Selection is a valid Query as an implementation sees it: values are of the kinds of Row, and only documents with all
// fields of the index present are selected. Results are ordered by Rest, then by id, both reversed when Descending.
type Selection struct {
	Index        Index
	Equal        []any
	From, Before any
	Descending   bool
	Limit        int
	// After is nil at the beginning. It lies within From and Before.
	After *Position
}

// Position is a place in the order of a Selection: the values of Rest, and the id.
type Position struct {
	Values []any
	ID     string
}

// Rest names the fields of the index after the equality prefix.
func (s Selection) Rest() []string { return s.Index.Fields[len(s.Equal):] }

// Raw is what an implementation provides: Collection over encoded rows. Semantics and errors are those of Collection;
// rules of documents and queries have been checked. Implementations do not change what they are given nor what they gave
// back, and keep of it at most rows that they were to write: those are given to nobody else.
type Raw interface {
	// InsertMany stores each row as version 1. Rows come ordered by id.
	InsertMany(ctx context.Context, rows []Row) []error
	Get(ctx context.Context, id string) (Row, error)
	// ReplaceMany stores each row as row.Version if the stored version is row.Version-1. Rows come
	// ordered by id, ids are distinct.
	ReplaceMany(ctx context.Context, rows []Row) []error
	// MarkMany gets one mark or more, of distinct fields, with values as in Row, and at most 1000 distinct ids at a time.
	MarkMany(ctx context.Context, marks []Mark, ids []string) (int, error)
	// Marks gets at most 1000 distinct ids at a time; an absent value is nil in the map.
	Marks(ctx context.Context, field string, ids []string) (map[string]any, error)
	Find(ctx context.Context, sel Selection) ([]Row, error)
	Count(ctx context.Context, sel Selection) (int, error)
	DeleteMany(ctx context.Context, sel Selection) (int, error)
}
