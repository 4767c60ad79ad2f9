package sandbox

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// fileReader reads files of a folder and keeps the first error.
type fileReader struct {
	dir string
	err error
}

func (r *fileReader) bytes(name string) []byte {
	path := name
	if !filepath.IsAbs(name) {
		path = filepath.Join(r.dir, name)
	}
	content, err := os.ReadFile(path)
	if err != nil && r.err == nil {
		r.err = fault.Wrap(err, fault.Terminal, "key_file", "reading a key file")
	}
	return content
}

func (r *fileReader) text(name string) string { return strings.TrimSpace(string(r.bytes(name))) }

// parsed reads a PEM file; nil after an error.
func parsed[T any](r *fileReader, name string, parse func([]byte) (*T, error)) *T {
	content := r.bytes(name)
	if r.err != nil {
		return nil
	}
	value, err := parse(content)
	if err != nil {
		r.err = fault.Wrap(err, fault.Terminal, "key_file", "reading "+filepath.Base(name))
	}
	return value
}
