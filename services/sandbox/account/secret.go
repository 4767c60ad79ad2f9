package account

// Secret is a key that does not print: every way of formatting or encoding it gives "***".
type Secret string

// Reveal is the key itself, for cryptography only.
func (s Secret) Reveal() string { return string(s) }

func (s Secret) String() string { return "***" }

// GoString hides the key from %#v.
func (s Secret) GoString() string { return "***" }

// MarshalText hides the key from encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }
