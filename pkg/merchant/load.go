package merchant

import (
	"os"
	"path/filepath"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service/strictyaml"
)

// Load reads merchants.yaml at path. Relative key file paths in it are resolved against the folder it lies in. Errors
// are of class Terminal; all broken rules are told at once. Key files are not opened.
func Load(path string) (*Book, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "merchants_unreadable", "reading the merchants file")
	}
	return load(data, path)
}

// Parse reads the text of a merchants.yaml that lies in the folder dir, like Load.
func Parse(data []byte, dir string) (*Book, error) {
	return parse(data, filepath.Join(dir, "merchants.yaml"))
}

func parse(data []byte, path string) (*Book, error) {
	var f File
	if err := strictyaml.Decode(data, path, &f); err != nil {
		return nil, err
	}
	setDefaults(&f)
	if err := f.Validate(); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "merchants_invalid", path)
	}
	resolveFiles(&f, filepath.Dir(path))
	return newBook(f), nil
}
