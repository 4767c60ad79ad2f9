package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// fault is one mistake to plant, and the test that must find it.
type fault struct {
	// says is the mistake, in the words of those who made it.
	says  string
	edits []edit
	// pkg is the package of the named test, by its folder in the repository.
	pkg, test string
}

// edit replaces a text that occurs exactly once in a source file.
type edit struct{ file, old, new string }

// planted gives the changed files of a fault, by their path. A text that is not there, or more than once, is an error: the
// code moved on and the fault must follow it.
func (f fault) planted(root string) (map[string]string, error) {
	files := map[string]string{}
	for _, e := range f.edits {
		path := filepath.Join(root, e.file)
		text, known := files[path]
		if !known {
			content, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			text = string(content)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("%s holds the text to replace %d times, not once: %q", e.file, n, e.old)
		}
		files[path] = strings.Replace(text, e.old, e.new, 1)
	}
	return files, nil
}

// overlay writes the changed files into dir, and the list that makes `go` build them in place of the originals.
func (f fault) overlay(root, dir string) (list string, err error) {
	files, err := f.planted(root)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for path, text := range files {
		changed := filepath.Join(dir, fmt.Sprintf("%d_%s", len(replace), filepath.Base(path)))
		if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[path] = changed
	}
	content, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	list = filepath.Join(dir, "overlay.json")
	return list, os.WriteFile(list, content, 0o600)
}
