package service

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/facepay-go/facepay/pkg/fault"
)

// decodeJSON reads protojson into m. An unknown field or a wrong value is an error that names the field and shows no
// value, which protojson's own errors would.
func decodeJSON(body []byte, m proto.Message) error {
	if protojson.Unmarshal(body, m) == nil {
		return nil
	}
	d := m.ProtoReflect().Descriptor()
	if !json.Valid(body) {
		return fault.New(fault.Terminal, "json_malformed", "not JSON")
	}
	if err := wrongField(body, m.ProtoReflect().Type(), ""); err != nil {
		return err
	}
	return fault.New(fault.Terminal, "json_malformed", "not the JSON form of %s", d.FullName())
}

// wrongField finds the deepest field at fault by reading every field alone; nil when no single one is.
func wrongField(body []byte, t protoreflect.MessageType, path string) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		at := path + name
		f := fieldNamed(t.Descriptor(), name)
		if f == nil {
			return fault.Invalid(at, "json_unknown_field", "%s has no such field", t.Descriptor().FullName())
		}
		alone, err := json.Marshal(map[string]json.RawMessage{name: fields[name]})
		if err != nil || protojson.Unmarshal(alone, t.New().Interface()) == nil {
			continue
		}
		if err := wrongWithin(fields[name], t.New(), f, at); err != nil {
			return err
		}
		return fault.Invalid(at, "json_value", "must be %s", kindOf(f))
	}
	return nil
}

// wrongWithin looks into a message or a list of messages.
func wrongWithin(value json.RawMessage, parent protoreflect.Message, f protoreflect.FieldDescriptor, at string) error {
	if f.Message() == nil || f.IsMap() {
		return nil
	}
	if !f.IsList() {
		return wrongField(value, parent.NewField(f).Message().Type(), at+".")
	}
	var items []json.RawMessage
	if json.Unmarshal(value, &items) != nil {
		return nil
	}
	item := parent.NewField(f).List().NewElement().Message().Type()
	for i, v := range items {
		if err := wrongField(v, item, at+"["+strconv.Itoa(i)+"]."); err != nil {
			return err
		}
	}
	return nil
}

func fieldNamed(d protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	if f := d.Fields().ByJSONName(name); f != nil {
		return f
	}
	return d.Fields().ByTextName(name)
}

func kindOf(f protoreflect.FieldDescriptor) string {
	kind := f.Kind().String()
	if f.Message() != nil {
		kind = string(f.Message().FullName())
	}
	if f.IsList() {
		return "a list of " + kind
	}
	return kind
}
