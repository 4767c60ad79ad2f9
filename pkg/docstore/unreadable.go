package docstore

import "fmt"

// Unreadable is the error of a Find that met documents which do not decode into their type: written by another release,
// or by hand. The page beside it is whole but for them. It is Terminal.
type Unreadable struct {
	// IDs name the documents.
	IDs []string
	// first is why the first of them does not decode.
	first error
}

func (u *Unreadable) Error() string {
	return fmt.Sprintf("%v (one of %d documents of the page)", u.first, len(u.IDs))
}

func (u *Unreadable) Unwrap() error { return u.first }
