package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"testing"
)

func TestEveryChangeIsOfOnePlaceAndLeavesGoThatCanBeRead(t *testing.T) {
	for _, u := range under {
		changes, err := changesOf(filepath.Join("../../..", u.pkg))
		if err != nil {
			t.Fatal(err)
		}
		if len(changes) < 10 {
			t.Errorf("%s: only %d places to change", u.pkg, len(changes))
		}
		for _, c := range changes {
			source, err := os.ReadFile(c.file)
			if err != nil {
				t.Fatal(err)
			}
			changed := c.in(string(source))
			if _, err := parser.ParseFile(token.NewFileSet(), c.file, changed, parser.SkipObjectResolution); err != nil || changed == string(source) {
				t.Errorf("%s:%d  %s: %v", c.file, c.line, c.says, err)
			}
		}
	}
}
