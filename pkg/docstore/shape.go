package docstore

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// shape lists the fields of a struct as they are stored.
type shape []shapeField

type shapeField struct {
	name  string
	index int
}

// shapesOf walks all types reachable from a document type and refuses what would be lost or bent on the way through
// BSON: unexported fields, floats, interfaces, two fields of one name.
func shapesOf(document reflect.Type) (map[reflect.Type]shape, error) {
	if document.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is not a struct", document)
	}
	shapes := make(map[reflect.Type]shape)
	return shapes, walk(shapes, document, document.Name())
}

func walk(shapes map[reflect.Type]shape, t reflect.Type, path string) error {
	if t == reflect.TypeFor[time.Time]() {
		return nil
	}
	if own, err := encodesItself(t, path); own || err != nil {
		return err
	}
	switch t.Kind() {
	case reflect.Bool, reflect.String,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return nil
	case reflect.Slice, reflect.Array:
		return walk(shapes, t.Elem(), path+"[]")
	case reflect.Map:
		if t.Key().Kind() != reflect.String || reflect.PointerTo(t.Key()).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
			return fmt.Errorf("%s: map keys are plain strings", path)
		}
		return walk(shapes, t.Elem(), path+"{}")
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Pointer {
			return fmt.Errorf("%s: a pointer to a pointer loses its nil", path)
		}
		return walk(shapes, t.Elem(), path)
	case reflect.Struct:
		return walkStruct(shapes, t, path)
	}
	return fmt.Errorf("%s: a %v cannot be kept exactly", path, t)
}

func walkStruct(shapes map[reflect.Type]shape, t reflect.Type, path string) error {
	if _, seen := shapes[t]; seen {
		return nil
	}
	shapes[t] = shape{} // seen, for types that contain themselves
	fields := make(shape, 0, t.NumField())
	names := make(map[string]bool)
	for i := range t.NumField() {
		f := t.Field(i)
		at := path + "." + f.Name
		name, option, _ := strings.Cut(f.Tag.Get("bson"), ",")
		switch {
		case name == "-":
			continue
		case !f.IsExported():
			return fmt.Errorf("%s: an unexported field would be lost", at)
		case option != "" && option != "omitempty":
			return fmt.Errorf("%s: the bson tag option %q is not supported", at, option)
		case name == "":
			name = strings.ToLower(f.Name)
		}
		if names[name] {
			return fmt.Errorf("%s: two fields are stored as %q", at, name)
		}
		names[name] = true
		if err := walk(shapes, f.Type, at); err != nil {
			return err
		}
		fields = append(fields, shapeField{name, i})
	}
	shapes[t] = fields
	return nil
}

// encodesItself reports whether t brings its own BSON form, which must work both ways and on values.
func encodesItself(t reflect.Type, path string) (bool, error) {
	p := reflect.PointerTo(t)
	if t.Implements(reflect.TypeFor[bson.ValueMarshaler]()) && p.Implements(reflect.TypeFor[bson.ValueUnmarshaler]()) {
		return true, nil
	}
	for _, half := range []reflect.Type{
		reflect.TypeFor[bson.ValueMarshaler](), reflect.TypeFor[bson.ValueUnmarshaler](),
		reflect.TypeFor[bson.Marshaler](), reflect.TypeFor[bson.Unmarshaler](),
	} {
		if p.Implements(half) {
			return false, fmt.Errorf("%s: %v needs MarshalBSONValue (on values) and UnmarshalBSONValue", path, t)
		}
	}
	if t == reflect.TypeFor[json.Number]() {
		return false, fmt.Errorf("%s: a json.Number becomes a float", path)
	}
	return false, nil
}

// structEncoder writes a struct, leaving out fields that decode to the same value when they are missing.
type structEncoder struct {
	shapes map[reflect.Type]shape
}

// EncodeValue is called by the BSON encoder.
func (e structEncoder) EncodeValue(ec bson.EncodeContext, vw bson.ValueWriter, v reflect.Value) error {
	dw, err := vw.WriteDocument()
	if err != nil {
		return err
	}
	for _, f := range e.shapes[v.Type()] {
		field := v.Field(f.index)
		if empty(field) {
			continue
		}
		enc, err := ec.LookupEncoder(field.Type())
		if err != nil {
			return err
		}
		fw, err := dw.WriteDocumentElement(f.name)
		if err != nil {
			return err
		}
		if err := enc.EncodeValue(ec, fw, field); err != nil {
			return err
		}
	}
	return dw.WriteDocumentEnd()
}

func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	}
	return v.IsZero()
}
