package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// rule is one row: | §6.4 | what must be | `folder` TestName, `folder` TestOther |
type rule struct {
	line          int
	section, text string
	tests         []test
}

type test struct{ dir, name string }

var (
	row      = regexp.MustCompile(`^\| (§[0-9.]+) \| (.+?) \| (.+) \|$`)
	heldBy   = regexp.MustCompile("^`([a-z0-9/_-]+)` ((?:Test|Fuzz)[A-Za-z0-9]+)$")
	sections = []string{
		"§1", "§2", "§3", "§4", "§5", "§6", "§7", "§8", "§9", "§10",
	}
)

// check reads the list below root and counts the rules that are held. The error names every row that is not.
func check(root string) (int, error) {
	page, err := os.ReadFile(filepath.Join(root, list))
	if err != nil {
		return 0, err
	}
	rules, err := read(string(page))
	if err != nil {
		return 0, err
	}
	declared := map[string]map[string]bool{}
	var wrong []error
	seen := map[string]bool{}
	for _, r := range rules {
		seen[strings.SplitN(r.section, ".", 2)[0]] = true
		for _, t := range r.tests {
			if declared[t.dir] == nil {
				if declared[t.dir], err = testsOf(filepath.Join(root, t.dir)); err != nil {
					return 0, err
				}
			}
			if !declared[t.dir][t.name] {
				wrong = append(wrong, fmt.Errorf("%s:%d: %s has no %s", list, r.line, t.dir, t.name))
			}
		}
	}
	for _, s := range sections {
		if !seen[s] {
			wrong = append(wrong, fmt.Errorf("%s: no rule of %s", list, s))
		}
	}
	return len(rules), errors.Join(wrong...)
}

// read takes the rows out of the page. A row of the table that is not in its form is an error, and so is a rule told twice.
func read(page string) ([]rule, error) {
	var rules []rule
	var wrong []error
	told := map[string]bool{}
	for i, line := range strings.Split(page, "\n") {
		if !strings.HasPrefix(line, "| §") {
			continue
		}
		r, err := readRow(i+1, line)
		if err == nil && told[r.section+r.text] {
			err = fmt.Errorf("%s:%d: the rule is told twice", list, i+1)
		}
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		told[r.section+r.text] = true
		rules = append(rules, r)
	}
	return rules, errors.Join(wrong...)
}

func readRow(line int, text string) (rule, error) {
	m := row.FindStringSubmatch(text)
	if m == nil {
		return rule{}, fmt.Errorf("%s:%d: not | §n.n | rule | tests |", list, line)
	}
	r := rule{line: line, section: m[1], text: m[2]}
	for part := range strings.SplitSeq(m[3], ", ") {
		t := heldBy.FindStringSubmatch(part)
		if t == nil {
			return rule{}, fmt.Errorf("%s:%d: %q does not name a folder and a test", list, line, part)
		}
		r.tests = append(r.tests, test{t[1], t[2]})
	}
	return r, nil
}

// testsOf are the tests declared in a folder.
func testsOf(dir string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				names[f.Name.Name] = true
			}
		}
	}
	return names, nil
}
