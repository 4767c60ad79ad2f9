package service

import (
	"bytes"
	"os"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Length is how many bytes a secret has, both ends included.
type Length struct{ Min, Max int }

// Exactly is a secret of n bytes: the APIv2 and APIv3 keys have 32 (wechat-protocol.md, credential inventory).
func Exactly(n int) Length { return Length{Min: n, Max: n} }

// Between is a secret of least to most bytes.
func Between(least, most int) Length { return Length{Min: least, Max: most} }

// SecretFile reads a secret from the file at path. One line break at the end is not part of it: editors and
// `kubectl create secret` add it. Errors are of class Terminal, secret_unreadable and secret_length, and never show it.
func SecretFile(path string, length Length) (Secret, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return Secret{}, fault.Wrap(err, fault.Terminal, "secret_unreadable", "reading a secret")
	}
	value := bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	if len(value) < length.Min || len(value) > length.Max {
		return Secret{}, fault.New(fault.Terminal, "secret_length", "%s holds %d bytes, needs %d to %d", path, len(value), length.Min, length.Max)
	}
	return NewSecret(value), nil
}
