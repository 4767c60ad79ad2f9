package seal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// LoadKeys reads the keys at path, oldest first, in the byte order of their ids: the greatest id is the newest, so name
// them by date. path is either
//   - a file of lines "id key", blank lines and lines starting with # ignored; or
//   - a folder with one file per key, named id (a mounted Kubernetes secret; names starting with a dot are ignored).
//
// A key is 32 bytes in hex or base64. Errors are of class Terminal, name file and line, and show no key.
func LoadKeys(path string) ([]Key, error) {
	about, err := os.Stat(path)
	if err != nil {
		return nil, unreadable(err)
	}
	read := readFile
	if about.IsDir() {
		read = readFolder
	}
	keys, err := read(path)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(keys, func(a, b Key) int { return strings.Compare(a.ID, b.ID) })
	return keys, nil
}

func readFile(path string) ([]Key, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(err)
	}
	var keys []Key
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) != 2 {
			return nil, fault.New(fault.Terminal, "seal_key", "%s:%d: a line is an id and a key", path, n)
		}
		k, err := ParseKey(words[0], words[1])
		if err != nil {
			return nil, fault.New(fault.Terminal, "seal_key", "%s:%d: needs 32 bytes in hex or base64 under an id of 1..32 of 0-9 a-z -", path, n)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func readFolder(path string) ([]Key, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, unreadable(err)
	}
	var keys []Key
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		file := filepath.Join(path, e.Name())
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, unreadable(err)
		}
		k, err := ParseKey(e.Name(), strings.TrimSpace(string(text)))
		if err != nil {
			return nil, fault.Wrap(err, fault.Terminal, "seal_key", file)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func unreadable(err error) error {
	return fault.Wrap(err, fault.Terminal, "seal_unreadable", "reading sealing keys")
}
