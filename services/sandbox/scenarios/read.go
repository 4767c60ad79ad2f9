package scenarios

import (
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service/strictyaml"
)

// Read reads one scenario strictly. name is the file's, for errors: those are Terminal and name file, line and field.
func Read(text []byte, name string) (*Scenario, error) {
	s := &Scenario{}
	if err := strictyaml.Decode(text, name, s); err != nil {
		return nil, err
	}
	if err := s.Validate(); err != nil {
		field := fault.FieldOf(err)
		return nil, fault.Invalid(field, "scenario_invalid", "%s:%d: %s", name, lineOf(text, field), fault.TextOf(err))
	}
	return s, nil
}

// lineOf is where a field stands, or would stand: the line of the nearest field around it that is there.
func lineOf(text []byte, field string) int {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return 1 // it was parsed before
	}
	for field != "" {
		if path, err := yaml.PathString("$." + field); err == nil {
			if node, err := path.FilterFile(file); err == nil && node != nil {
				return node.GetToken().Position.Line
			}
		}
		field = field[:max(0, strings.LastIndexAny(field, ".["))]
	}
	return 1
}
