package wechatpay

import (
	"fmt"
	"io"
	"log/slog"
)

const mask = "***"

// masked makes the type that embeds it print as *** through fmt (every verb), slog, JSON, XML and YAML. The content of
// such a type sits behind a pointer, because fmt prints unexported fields of a foreign struct without asking.
type masked struct{}

// String is always ***.
func (masked) String() string { return mask }

// GoString is always ***.
func (masked) GoString() string { return mask }

// Format prints *** whatever the verb.
func (masked) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, mask) }

// LogValue is always ***.
func (masked) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText is always ***; encoding/json, encoding/xml and the YAML codecs use it.
func (masked) MarshalText() ([]byte, error) { return []byte(mask), nil }
