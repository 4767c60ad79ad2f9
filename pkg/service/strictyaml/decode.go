// Package strictyaml reads YAML that people write by hand, and refuses whatever it would otherwise have to guess about.
// An error names the file, the line, the column and the field; it never quotes a value, because a value may be a secret
// that somebody pasted into the wrong file.
package strictyaml

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Decode reads the one YAML document in data into into, a pointer to a struct whose present values are the defaults.
// name is the file's name, for errors. Errors are of class Terminal: yaml_syntax, yaml_unknown_field, yaml_type and
// yaml_empty. No field is a float. Anchors and aliases work; a merge key (<<) cannot be overridden beside it.
func Decode(data []byte, name string, into any) error {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return refusal(err, name, nil)
	}
	body, err := onlyDocument(file, name)
	if err != nil {
		return err
	}
	if err := checkScalars(body, reflect.TypeOf(into), name); err != nil {
		return err
	}
	if err := yaml.NodeToValue(body, into, yaml.Strict()); err != nil && !errors.Is(err, io.EOF) {
		return refusal(err, name, body)
	}
	return nil
}

func onlyDocument(file *ast.File, name string) (ast.Node, error) {
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, fault.New(fault.Terminal, "yaml_empty", "%s holds nothing", name)
	case 1:
		return bodies[0], nil
	}
	return nil, at(bodies[1], name, "yaml_syntax", "a second document: everything after --- would be ignored")
}

// refusal turns an error of the library into ours: place and field, without the source line the library would quote.
func refusal(err error, name string, body ast.Node) error {
	place, ok := errors.AsType[yaml.Error](err)
	if !ok {
		// A value's own UnmarshalYAML refused it: the library does not say where, and the text may quote the value.
		return fault.New(fault.Terminal, "yaml_type", "%s: a value is refused by its type", name)
	}
	tk := place.GetToken()
	return fault.Invalid(fieldAt(body, tk), codeOf(err), "%s:%d:%d: %s", name, tk.Position.Line, tk.Position.Column, ruleOf(err))
}

func codeOf(err error) string {
	if _, ok := errors.AsType[*yaml.UnknownFieldError](err); ok {
		return "yaml_unknown_field"
	}
	if _, ok := errors.AsType[*yaml.SyntaxError](err); ok {
		return "yaml_syntax"
	}
	return "yaml_type"
}

func ruleOf(err error) string {
	if wrong, ok := errors.AsType[*yaml.TypeError](err); ok {
		return fmt.Sprintf("must be %s", wrong.DstType)
	}
	if _, ok := errors.AsType[*yaml.OverflowError](err); ok {
		return "a number too large for its field"
	}
	if unknown, ok := errors.AsType[*yaml.UnknownFieldError](err); ok {
		return unknown.GetMessage()
	}
	place, _ := errors.AsType[yaml.Error](err)
	return place.GetMessage()
}

// at is a refusal of node.
func at(node ast.Node, name, code, rule string) error {
	p := node.GetToken().Position
	return fault.Invalid(fieldOf(node), code, "%s:%d:%d: %s", name, p.Line, p.Column, rule)
}

// fieldOf is the node's path as people write it: accounts[0].wechat.mchid.
func fieldOf(node ast.Node) string {
	return strings.TrimPrefix(strings.TrimPrefix(node.GetPath(), "$"), ".")
}

// fieldAt finds the field a token belongs to, "" when there is none (a syntax error, the whole document).
func fieldAt(body ast.Node, tk *token.Token) string {
	if body == nil {
		return ""
	}
	search := &tokenSearch{at: tk.Position.Offset}
	ast.Walk(search, body)
	return search.field
}

type tokenSearch struct {
	at    int
	field string
}

func (s *tokenSearch) Visit(node ast.Node) ast.Visitor {
	if node.GetToken() != nil && node.GetToken().Position.Offset == s.at {
		s.field = fieldOf(node)
	}
	return s
}
