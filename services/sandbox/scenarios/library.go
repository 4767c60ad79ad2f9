package scenarios

import (
	"cmp"
	"embed"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

//go:embed *.yaml
var embedded embed.FS

// Library is the scenarios that can be applied.
type Library struct{ all []*Scenario }

// Open is the library of the embedded scenarios and those in files of one's own. Errors are of class Terminal.
func Open(files ...string) (*Library, error) {
	l := &Library{}
	names, err := embedded.ReadDir(".")
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "scenario_file", "listing the scenarios")
	}
	for _, each := range names {
		text, err := embedded.ReadFile(each.Name())
		if err != nil {
			return nil, fault.Wrap(err, fault.Terminal, "scenario_file", "reading a scenario")
		}
		if _, err := l.add(text, each.Name()); err != nil {
			return nil, err
		}
	}
	for _, path := range files {
		if _, err := l.Add(path); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// Add reads a file of one's own into the library. Errors are of class Terminal; a name that is there already, or a prefix
// that begins another's, is one.
func (l *Library) Add(path string) (*Scenario, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "scenario_file", "reading a scenario")
	}
	return l.add(text, filepath.Base(path))
}

func (l *Library) add(text []byte, file string) (*Scenario, error) {
	s, err := Read(text, file)
	if err != nil {
		return nil, err
	}
	if file != s.Name+".yaml" {
		return nil, fault.Invalid("name", "scenario_invalid", "%s:%d: the file must be named %s.yaml", file, lineOf(text, "name"), s.Name)
	}
	for _, known := range l.all {
		if known.Name == s.Name {
			return nil, fault.Invalid("name", "scenario_invalid", "%s:%d: there is a scenario of this name", file, lineOf(text, "name"))
		}
		if strings.HasPrefix(known.Prefix, s.Prefix) || strings.HasPrefix(s.Prefix, known.Prefix) {
			return nil, fault.Invalid("out_order_no_prefix", "scenario_invalid", "%s:%d: strikes orders of %s", file, lineOf(text, "out_order_no_prefix"), known.Name)
		}
	}
	l.all = append(l.all, s)
	slices.SortFunc(l.all, func(a, b *Scenario) int { return cmp.Compare(a.Name, b.Name) })
	return s, nil
}

// All are the scenarios by name.
func (l *Library) All() []*Scenario { return slices.Clone(l.all) }

// Get finds one by name; class NotFound when there is none.
func (l *Library) Get(name string) (*Scenario, error) {
	for _, s := range l.all {
		if s.Name == name {
			return s, nil
		}
	}
	return nil, fault.New(fault.NotFound, "scenario", "no scenario %q", name)
}
