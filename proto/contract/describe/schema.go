package describe

import (
	"slices"
	"strconv"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

const timestamp = protoreflect.FullName("google.protobuf.Timestamp")

// schemas collects the JSON schemas of messages and enums, each once, in the order they are first met.
type schemas struct {
	comments Comments
	order    []protoreflect.FullName
	byName   map[protoreflect.FullName]node
}

// message adds a message with everything it consists of. The schema is that of its protojson form with proto field names.
func (s *schemas) message(m protoreflect.MessageDescriptor) error {
	if _, known := s.byName[m.FullName()]; known {
		return nil
	}
	comment, err := s.comments.of(m)
	if err != nil {
		return err
	}
	s.order = append(s.order, m.FullName())
	s.byName[m.FullName()] = node{} // a message may contain itself
	var properties []node
	for i := range m.Fields().Len() {
		p, err := s.field(m.Fields().Get(i))
		if err != nil {
			return err
		}
		properties = append(properties, p)
	}
	s.byName[m.FullName()] = branch(string(m.FullName()),
		text("type", "object"), text("description", comment), word("additionalProperties", "false"), branch("properties", properties...))
	return nil
}

func (s *schemas) field(f protoreflect.FieldDescriptor) (node, error) {
	comment, err := s.comments.of(f)
	if err != nil {
		return node{}, err
	}
	kind, err := s.kind(f)
	if err != nil {
		return node{}, err
	}
	if f.IsList() {
		kind = []node{text("type", "array"), branch("items", kind...)}
	}
	number := branch("x-protobuf", word("number", strconv.Itoa(int(f.Number()))), text("type", protoType(f)))
	property := append(kind, text("description", comment), number)
	if redacted(f) {
		property = append(property, word("x-secret", "true"))
	}
	if len(kind) == 1 && kind[0].key == "$ref" { // beside a $ref nothing else counts
		property = append([]node{list("allOf", branch("", kind[0]))}, property[1:]...)
	}
	return branch(string(f.Name()), property...), nil
}

// kind is the schema of one value of a field.
func (s *schemas) kind(f protoreflect.FieldDescriptor) ([]node, error) {
	switch f.Kind() {
	case protoreflect.MessageKind:
		if f.Message().FullName() == timestamp {
			return []node{text("type", "string"), text("format", "date-time")}, nil
		}
		return []node{text("$ref", schemaRef(f.Message().FullName()))}, s.message(f.Message())
	case protoreflect.EnumKind:
		return []node{text("$ref", schemaRef(f.Enum().FullName()))}, s.enum(f.Enum())
	case protoreflect.StringKind:
		return []node{text("type", "string")}, nil
	case protoreflect.BytesKind:
		return []node{text("type", "string"), text("contentEncoding", "base64")}, nil
	case protoreflect.BoolKind:
		return []node{text("type", "boolean")}, nil
	case protoreflect.Int64Kind, protoreflect.Uint64Kind: // protojson prints 64 bits as a string and takes both
		return []node{texts("type", "integer", "string"), text("format", f.Kind().String())}, nil
	default:
		return []node{text("type", "integer"), text("format", f.Kind().String())}, nil
	}
}

func (s *schemas) enum(e protoreflect.EnumDescriptor) error {
	if _, known := s.byName[e.FullName()]; known {
		return nil
	}
	description, err := s.comments.of(e)
	if err != nil {
		return err
	}
	var names []string
	for i := range e.Values().Len() {
		v := e.Values().Get(i)
		// Values are siblings of their enum by protobuf's scoping; the sources show them inside.
		comment := s.comments[e.FullName().Append(v.Name())]
		names = append(names, string(v.Name()))
		description += " " + string(v.Name()) + ": " + comment
	}
	s.order = append(s.order, e.FullName())
	s.byName[e.FullName()] = branch(string(e.FullName()), text("type", "string"), text("description", description), texts("enum", names...))
	return nil
}

// nodes are all schemas, by name.
func (s *schemas) nodes() []node {
	names := slices.Sorted(slices.Values(s.order))
	all := make([]node, len(names))
	for i, name := range names {
		all[i] = s.byName[name]
	}
	return all
}

func schemaRef(name protoreflect.FullName) string { return "#/components/schemas/" + string(name) }

// protoType is the type of a field as its source spells it.
func protoType(f protoreflect.FieldDescriptor) string {
	switch f.Kind() {
	case protoreflect.MessageKind:
		return string(f.Message().FullName())
	case protoreflect.EnumKind:
		return string(f.Enum().FullName())
	}
	return f.Kind().String()
}

// redacted reports whether the value may reach no log.
func redacted(f protoreflect.FieldDescriptor) bool {
	options, ok := f.Options().(*descriptorpb.FieldOptions)
	return ok && options.GetDebugRedact()
}
