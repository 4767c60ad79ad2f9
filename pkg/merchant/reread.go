package merchant

import (
	"crypto/sha256"
	"os"

	"github.com/facepay-go/facepay/pkg/fault"
)

// source is where a book came from.
type source struct {
	path string
	sum  [sha256.Size]byte
}

// Reread is the book of the same file as it is now: b itself when its text has not changed, and for a book made by Parse.
// Errors are those of Load; b stays valid.
func (b *Book) Reread() (*Book, error) {
	if b.source.path == "" {
		return b, nil
	}
	data, err := os.ReadFile(b.source.path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "merchants_unreadable", "reading the merchants file again")
	}
	if sha256.Sum256(data) == b.source.sum {
		return b, nil
	}
	return load(data, b.source.path)
}

func load(data []byte, path string) (*Book, error) {
	book, err := parse(data, path)
	if err != nil {
		return nil, err
	}
	book.source = source{path: path, sum: sha256.Sum256(data)}
	return book, nil
}
