package docstore

import (
	"regexp"
	"slices"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Spec declares a collection of T: its name, how a document names itself, and what is extracted for indexes.
// T is a struct, encoded as BSON by exported field names in lower case (or bson:"name" tags), empty fields left out,
// times cut to milliseconds in UTC. Names are lower snake case, at most 48 letters.
type Spec[T any] struct {
	Name string
	// ID names a document: not empty, valid UTF-8 without NUL, at most 1024 bytes. It does not depend on state.
	ID      func(*T) string
	Fields  []Field[T]
	Indexes []Index
}

// Kind is the type of an extracted field.
type Kind uint8

const (
	// String is ordered byte by byte: valid UTF-8 without NUL, at most 1024 bytes.
	String Kind = iota + 1
	// Int is an int64.
	Int
	// Time is a time.Time, compared at millisecond precision. The zero time counts as absent.
	Time
	// Bool orders false before true.
	Bool
)

// Field is one extracted value. Value returns string, int64, time.Time or bool as Kind says, or nil for "absent":
// a document is in an index only when none of the index's fields is absent, so an absent value is matched by no query
// and takes no part in a range.
type Field[T any] struct {
	Name  string
	Kind  Kind
	Value func(*T) any
}

// Index is a declared, ordered index over extracted fields. Fields of a unique index may not be absent.
type Index struct {
	Name   string
	Fields []string
	Unique bool
}

var namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,47}$`)

// schema is the spec without its functions, or a Terminal error naming what is wrong with the spec.
func (s Spec[T]) schema() (Schema, error) {
	if !namePattern.MatchString(s.Name) {
		return Schema{}, fault.Invalid("name", "spec_invalid", "collection name %q is not lower snake case", s.Name)
	}
	if s.ID == nil {
		return Schema{}, s.wrong("ID", "is missing")
	}
	schema := Schema{Name: s.Name}
	for _, f := range s.Fields {
		switch _, known := schema.Field(f.Name); {
		case !namePattern.MatchString(f.Name):
			return Schema{}, s.wrong("field "+f.Name, "is not named in lower snake case")
		case known:
			return Schema{}, s.wrong("field "+f.Name, "is declared twice")
		case f.Kind < String || f.Kind > Bool:
			return Schema{}, s.wrong("field "+f.Name, "has no known kind")
		case f.Value == nil:
			return Schema{}, s.wrong("field "+f.Name, "has no Value")
		}
		schema.Fields = append(schema.Fields, SchemaField{Name: f.Name, Kind: f.Kind})
	}
	for _, index := range s.Indexes {
		if rule := schema.refuseIndex(index); rule != "" {
			return Schema{}, s.wrong("index "+index.Name, rule)
		}
		index.Fields = slices.Clone(index.Fields)
		schema.Indexes = append(schema.Indexes, index)
	}
	return schema, nil
}

func (s Spec[T]) wrong(what, rule string) error {
	return fault.Invalid(s.Name, "spec_invalid", "%s %s", what, rule)
}

// refuseIndex says which rule the index breaks, "" when none.
func (s Schema) refuseIndex(index Index) string {
	if !namePattern.MatchString(index.Name) {
		return "is not named in lower snake case"
	}
	if _, known := s.Index(index.Name); known {
		return "is declared twice"
	}
	if len(index.Fields) == 0 {
		return "has no fields"
	}
	for i, name := range index.Fields {
		if _, declared := s.Field(name); !declared {
			return "uses the undeclared field " + name
		}
		if slices.Contains(index.Fields[:i], name) {
			return "uses the field " + name + " twice"
		}
	}
	return ""
}
