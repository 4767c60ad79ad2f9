package seal

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

const keyLength = 32

// Key is one AES-256 key under its id. It prints as its id alone.
type Key struct {
	// ID is 1..32 of 0-9 a-z -; a date such as 2026-11-22 says which is newest.
	ID    string
	value []byte
}

// NewKey copies value, which is 32 bytes.
func NewKey(id string, value []byte) Key { return Key{ID: id, value: slices.Clone(value)} }

// ParseKey reads 64 hex digits or base64 (44 characters) of 32 bytes. The error, of class Terminal, does not show it.
func ParseKey(id, text string) (Key, error) {
	value, err := hex.DecodeString(text)
	if err != nil {
		value, err = base64.StdEncoding.DecodeString(text)
	}
	if err != nil || len(value) != keyLength || !isKeyID(id) {
		return Key{}, fault.New(fault.Terminal, "seal_key", "a sealing key is 32 bytes in hex or base64 under an id of 1..32 of 0-9 a-z -")
	}
	return Key{ID: id, value: value}, nil
}

// Format prints the id and *** for every verb.
func (k Key) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.ID+" ***") }

func isKeyID(s string) bool {
	return len(s) >= 1 && len(s) <= 32 && strings.Trim(s, "0123456789abcdefghijklmnopqrstuvwxyz-") == ""
}
