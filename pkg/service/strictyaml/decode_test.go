package strictyaml

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/fault"
)

type shop struct {
	Name   string        `yaml:"name"`
	Fen    int64         `yaml:"fen"`
	Wait   time.Duration `yaml:"wait"`
	Open   bool          `yaml:"open"`
	Shelfs []shelf       `yaml:"shelfs"`
}

type shelf struct {
	ID  string `yaml:"id"`
	Fen int64  `yaml:"fen"`
}

func TestDecodeKeepsDefaultsOfAbsentFields(t *testing.T) {
	got := shop{Name: "default", Fen: 7}
	text := "# a comment\n---\nfen: 350\nwait: 1m30s\nopen: true\nshelfs:\n  - id: \"0123\"\n  - {id: ab12}\n"
	if err := Decode([]byte(text), "shop.yaml", &got); err != nil {
		t.Fatal(err)
	}
	var aliased shop
	if err := Decode([]byte("shelfs:\n  - &s {id: a, fen: 3}\n  - {<<: *s}\n  - *s\n"), "shop.yaml", &aliased); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]shelf{{"a", 3}, {"a", 3}, {"a", 3}}, aliased.Shelfs); diff != "" {
		t.Errorf("aliases: %s", diff)
	}
	want := shop{Name: "default", Fen: 350, Wait: 90 * time.Second, Open: true, Shelfs: []shelf{{ID: "0123"}, {ID: "ab12"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeRefusesWhatItWouldHaveToGuess(t *testing.T) {
	tests := map[string]struct{ text, code, field, says string }{
		"unknown field":           {"name: a\ncolour: red\n", "yaml_unknown_field", "colour", `shop.yaml:2:1: unknown field "colour"`},
		"unknown field in a list": {"shelfs:\n  - id: a\n  - id: b\n    size: 3\n", "yaml_unknown_field", "shelfs[1].size", "shop.yaml:4:5: "},
		"text for a number":       {"shelfs:\n  - id: a\n    fen: lots\n", "yaml_type", "shelfs[0].fen", "shop.yaml:3:10: must be a whole number"},
		"number for a duration":   {"wait: 5\n", "yaml_type", "wait", "must be a time such as"},
		"bad duration":            {"wait: 5 parsecs\n", "yaml_type", "wait", "shop.yaml:1:7: "},
		"yes is not a bool":       {"open: yes\n", "yaml_type", "open", "must be true or false"},
		"half a fen":              {"fen: 1.5\n", "yaml_type", "fen", "shop.yaml:1:6: "},
		"half a fen in quotes":    {"fen: \"1.5\"\n", "yaml_type", "fen", "shop.yaml:1:6: "},
		"no value":                {"name:\n", "yaml_type", "name", "has no value"},
		"a fraction as a name":    {"name: 1.10\n", "yaml_type", "name", "quotes"},
		"exponent":                {"fen: 1e3\n", "yaml_type", "fen", "whole number"},
		"octal":                   {"name: 0123\n", "yaml_type", "name", "quotes"},
		"hex":                     {"name: 0x1F\n", "yaml_type", "name", "quotes"},
		"underscores":             {"fen: 1_000\n", "yaml_type", "fen", "plain digits"},
		"too large":               {"fen: 99999999999999999999\n", "yaml_type", "fen", "too large"},
		"a field twice":           {"name: a\nname: b\n", "yaml_syntax", "", "shop.yaml:2:1: "},
		"a mapping for a list":    {"shelfs: 3\n", "yaml_type", "shelfs", "shop.yaml:1:9: "},
		"a list for the whole":    {"- 3\n", "yaml_type", "", "shop.yaml:1:1: "},
		"broken syntax":           {"shelfs: [\n", "yaml_syntax", "", "shop.yaml:1:9: "},
		"nothing":                 {"", "yaml_empty", "", "shop.yaml holds nothing"},
		"a comment only":          {"# hello\n", "yaml_empty", "", "shop.yaml holds nothing"},
		"half a fen by alias":     {"name: &half \"1.5\"\nfen: *half\n", "yaml_type", "name", "whole number"},
		"half a fen by merge":     {"shelfs:\n  - &s {id: a, fen: 3}\n  - {<<: *s, fen: 1.5}\n", "yaml_type", "shelfs[1].fen", "whole number"},
		"a second document":       {"name: a\n---\nname: b\n", "yaml_syntax", "", "shop.yaml:3:"},
		"an alias of no anchor":   {"name: *nobody\n", "yaml_syntax", "name", "shop.yaml:1:"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := Decode([]byte(tt.text), "shop.yaml", &shop{})
			e, ok := err.(*fault.Error)
			if !ok {
				t.Fatalf("got %v (%T), want a *fault.Error", err, err)
			}
			if e.Class != fault.Terminal || e.Code != tt.code || e.Field != tt.field || !strings.Contains(e.Error(), tt.says) {
				t.Errorf("got %v %q [%s] %q, want terminal %q [%s] saying %q", e.Class, e.Code, e.Field, e.Text, tt.code, tt.field, tt.says)
			}
		})
	}
}

func TestDecodeNeverQuotesAValue(t *testing.T) {
	const pasted = "hushhush"
	for _, text := range []string{
		"fen: " + pasted, "wait: " + pasted, "open: " + pasted, "shelfs: " + pasted, "name: {a: " + pasted + "}",
		"name: '" + pasted, "name: [" + pasted, "wait: 5" + pasted, "fen: {x: " + pasted + "}", pasted, "- " + pasted,
		"name: a\n  b: " + pasted, "name: \"" + pasted + "\\q\"",
	} {
		err := Decode([]byte(text), "shop.yaml", &shop{})
		if err == nil {
			t.Errorf("%q is taken", text)
		} else if strings.Contains(err.Error(), pasted) {
			t.Errorf("%q: the error shows the value: %v", text, err)
		}
	}
}

func FuzzDecodeNeverPanics(f *testing.F) {
	f.Add("name: a\nshelfs: [{id: b, fen: 3}]\n")
	f.Add("name: &x a\nshelfs: *x\n---\n")
	f.Fuzz(func(t *testing.T, text string) {
		if err := Decode([]byte(text), "shop.yaml", &shop{}); err != nil && !fault.Is(err, fault.Terminal) {
			t.Errorf("%q: %v is not terminal", text, err)
		}
	})
}
