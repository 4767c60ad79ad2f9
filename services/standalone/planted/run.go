package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// goTest runs named tests of one package and gives what it printed; failed is go's word that something did. Its build is
// without the race detector and vet: what is asked is whether a test sees the fault.
func goTest(ctx context.Context, root, pkg string, tests []string, more ...string) (output string, failed bool, err error) {
	args := append([]string{"test", "-v", "-count=1", "-vet=off", "-timeout=90s", "-run=^(" + strings.Join(tests, "|") + ")$"}, more...)
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+pkg)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), true, nil
	}
	return string(out), false, err
}

// sound makes sure that the named tests pass on the code as it is: what fails anyway finds nothing.
func sound(ctx context.Context, root string, faults []fault) error {
	tests := map[string][]string{}
	for _, f := range faults {
		tests[f.pkg] = append(tests[f.pkg], f.test)
	}
	var broken error
	for _, pkg := range slices.Sorted(maps.Keys(tests)) {
		out, _, err := goTest(ctx, root, pkg, tests[pkg])
		if err != nil {
			return err
		}
		for _, name := range tests[pkg] {
			if !strings.Contains(out, "--- PASS: "+name+" ") {
				broken = errors.Join(broken, fmt.Errorf("%s of %s does not pass without a fault:\n%s", name, pkg, out))
			}
		}
	}
	return broken
}

// caught plants a fault and runs its test; an error says why it was not caught by just that test.
func (f fault) caught(ctx context.Context, root string) error {
	dir, err := os.MkdirTemp("", "facepay-planted-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	list, err := f.overlay(root, dir)
	if err != nil {
		return err
	}
	out, failed, err := goTest(ctx, root, f.pkg, []string{f.test}, "-overlay="+list)
	switch {
	case err != nil:
		return err
	case !failed:
		return errors.New("not caught: the test passes")
	case !strings.Contains(out, "--- FAIL: "+f.test+" "):
		return fmt.Errorf("not caught: the build failed, or something else than the test\n%s", out)
	}
	return nil
}
