package strictyaml

import (
	"encoding"
	"reflect"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// scalars holds every scalar to the type of its field before the library converts it. By itself the library reads 0123
// as the text 83, cuts 1.5 (also "1.5") to 1 for an integer, and takes an empty value for the zero value. A number that
// is a name (mchid, service_id, serial) stays a name when it is plain digits, and otherwise is put in quotes.
type scalars struct {
	name string
	// anchors are the values seen so far that an alias may stand for.
	anchors map[string]ast.Node
}

func checkScalars(body ast.Node, t reflect.Type, name string) error {
	return scalars{name: name, anchors: map[string]ast.Node{}}.check(body, t)
}

func (s scalars) check(node ast.Node, t reflect.Type) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch n := node.(type) {
	case *ast.AnchorNode:
		defer func() { s.anchors[n.Name.GetToken().Value] = n.Value }()
		return s.check(n.Value, t)
	case *ast.AliasNode:
		if value, ok := s.anchors[n.Value.GetToken().Value]; ok {
			return s.check(value, t)
		}
		return nil // the decoder refuses it
	case *ast.MappingNode:
		return s.checkPairs(n.Values, t)
	case *ast.MappingValueNode:
		return s.checkPairs([]*ast.MappingValueNode{n}, t)
	case *ast.SequenceNode:
		return s.checkItems(n.Values, t)
	}
	if code, rule := brokenRule(node, t); code != "" {
		return at(node, s.name, code, rule)
	}
	return nil
}

// checkItems leaves a list in the wrong place to the decoder.
func (s scalars) checkItems(items []ast.Node, t reflect.Type) error {
	if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
		return nil
	}
	for _, item := range items {
		if err := s.check(item, t.Elem()); err != nil {
			return err
		}
	}
	return nil
}

// checkPairs leaves unknown fields and a mapping in the wrong place to the decoder.
func (s scalars) checkPairs(pairs []*ast.MappingValueNode, t reflect.Type) error {
	for _, pair := range pairs {
		field, ok := fieldType(t, pair.Key.GetToken().Value)
		if pair.Key.Type() == ast.MergeKeyType {
			field, ok = t, true
		}
		if !ok {
			continue
		}
		if err := s.check(pair.Value, field); err != nil {
			return err
		}
	}
	return nil
}

// fieldType finds the type of the field that a key fills, also in inlined structs.
func fieldType(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	if t.Kind() != reflect.Struct {
		return nil, false
	}
	for f := range t.Fields() {
		tag, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if tag == key {
			return f.Type, true
		}
		if options == "inline" {
			if inner, ok := fieldType(f.Type, key); ok {
				return inner, true
			}
		}
	}
	return nil, false
}

func brokenRule(node ast.Node, t reflect.Type) (code, rule string) {
	if node.Type() == ast.NullType {
		return "yaml_type", "has no value; leave the line out for the default"
	}
	switch {
	case t == reflect.TypeFor[time.Duration]():
		if _, err := time.ParseDuration(node.GetToken().Value); err != nil || node.Type() != ast.StringType {
			return "yaml_type", "must be a time such as 500ms, 30s or 10m"
		}
	case readsItself(t):
	case t.Kind() == reflect.Bool:
		if node.Type() != ast.BoolType {
			return "yaml_type", "must be true or false"
		}
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		if node.Type() != ast.IntegerType || !plainDecimal(node.GetToken().Value) {
			return "yaml_type", "must be a whole number in plain digits, not too large"
		}
	case t.Kind() == reflect.String:
		return brokenText(node)
	}
	return "", ""
}

func brokenText(node ast.Node) (code, rule string) {
	number := node.Type() == ast.IntegerType && !plainDecimal(node.GetToken().Value)
	if number || node.Type() == ast.FloatType || node.Type() == ast.InfinityType || node.Type() == ast.NanType {
		return "yaml_type", "is read as a number and would change; put it in quotes"
	}
	return "", ""
}

func readsItself(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	return p.Implements(reflect.TypeFor[yaml.BytesUnmarshaler]()) || p.Implements(reflect.TypeFor[yaml.InterfaceUnmarshaler]()) ||
		p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func plainDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	if len(s) > 1 && s[0] == '0' {
		return false
	}
	return strings.Trim(s, "0123456789") == ""
}
