package service

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
)

// hidden is how a secret prints, everywhere.
const hidden = "***"

// Secret holds bytes that no encoding, log or format verb shows. The zero Secret is empty.
type Secret struct {
	// A closure, because reflection sees through unexported fields and pointers (fmt prints both) but not into a func.
	reveal func() []byte
}

// NewSecret copies value.
func NewSecret(value []byte) Secret {
	kept := slices.Clone(value)
	return Secret{reveal: func() []byte { return slices.Clone(kept) }}
}

// Bytes gives a copy of the secret. The caller keeps it out of logs, errors and URLs.
func (s Secret) Bytes() []byte {
	if s.reveal == nil {
		return nil
	}
	return s.reveal()
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return len(s.Bytes()) == 0 }

// Format prints *** for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// String is ***.
func (s Secret) String() string { return hidden }

// GoString is ***.
func (s Secret) GoString() string { return hidden }

// LogValue is ***.
func (s Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText is ***; it also serves XML and map keys.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }

// MarshalJSON is "***".
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalYAML is "***".
func (s Secret) MarshalYAML() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }

// MarshalBinary is ***; it also serves gob.
func (s Secret) MarshalBinary() ([]byte, error) { return []byte(hidden), nil }
