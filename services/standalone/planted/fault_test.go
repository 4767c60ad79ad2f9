package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is the repository, seen from here.
const root = "../../.."

func TestEveryFaultFitsTheCodeAndNamesATestThatIs(t *testing.T) {
	for _, f := range slices.Concat(known, own, desk, reading, kernel) {
		files, err := f.planted(root)
		if err != nil {
			t.Errorf("%s: %v", f.says, err)
			continue
		}
		for path, text := range files {
			if _, err := parser.ParseFile(token.NewFileSet(), path, text, 0); err != nil {
				t.Errorf("%s: %v", f.says, err)
			}
		}
		if !declares(t, f.pkg, f.test) {
			t.Errorf("%s: %s has no %s", f.says, f.pkg, f.test)
		}
	}
}

func TestAFaultThatDoesNotFitIsAnError(t *testing.T) {
	const file = "services/standalone/planted/main.go"
	for name, e := range map[string]edit{
		"not there": {file, "no such text", "x"}, "twice": {file, "err", "x"}, "no file": {"nowhere.go", "x", "y"},
	} {
		if _, err := (fault{edits: []edit{e}}).planted(root); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTheReadmeListsEveryFaultWithItsTest(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	faults := slices.Concat(known, own, desk, reading, kernel)
	for _, f := range faults {
		if row := "| " + f.says + " | `" + f.pkg + "` `" + f.test + "` |"; !strings.Contains(string(readme), row) {
			t.Errorf("the README has no row %s", row)
		}
	}
	if rows := strings.Count(string(readme), "` `Test"); rows != len(faults) {
		t.Errorf("%d rows for %d faults", rows, len(faults))
	}
}

func declares(t *testing.T, pkg, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declaration := regexp.MustCompile(`(?m)^func ` + test + `\(t \*testing\.T\)`)
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		return err == nil && declaration.Match(text)
	})
}
