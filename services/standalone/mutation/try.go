package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// result is what the tests make of a change.
type result int

const (
	survived result = iota
	killed
	unbuilt
)

// patience bounds the tests of one change: one that makes them wait is noticed.
const patience = 90 * time.Second

// try runs the tests with the change, package by package until one fails.
func (c change) try(ctx context.Context, root string, tests []string) (result, error) {
	dir, err := os.MkdirTemp("", "facepay-mutation-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	source, err := os.ReadFile(c.file)
	if err != nil {
		return 0, err
	}
	changed := filepath.Join(dir, filepath.Base(c.file))
	list := filepath.Join(dir, "overlay.json")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {c.file: changed}})
	if err != nil {
		return 0, err
	}
	for path, text := range map[string]string{changed: c.in(string(source)), list: string(overlay)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return 0, err
		}
	}
	for _, pkg := range tests {
		cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-vet=off", "-failfast", "-timeout="+patience.String(), "-overlay="+list, "./"+pkg)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		switch {
		case ctx.Err() != nil:
			return 0, ctx.Err()
		case strings.Contains(string(out), "[build failed]"):
			return unbuilt, nil
		case err != nil && !strings.Contains(string(out), "FAIL"):
			return 0, fmt.Errorf("%w: %s", err, out)
		case err != nil:
			return killed, nil
		}
	}
	return survived, nil
}
