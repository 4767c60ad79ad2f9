package payscore

import (
	"net/url"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

const maxAttach = 256

// EncodeAttach URL-encodes raw for attach, once; 256 is the limit of the encoded text (§6.2). A blank becomes %20, which
// every decoder reads alike. The error is Terminal.
func EncodeAttach(raw string) (string, error) {
	encoded := strings.ReplaceAll(url.QueryEscape(raw), "+", "%20")
	if len(encoded) > maxAttach {
		return "", fault.Invalid("attach", "attach_length", "attach has %d characters URL-encoded, %d are allowed", len(encoded), maxAttach)
	}
	return encoded, nil
}

// DecodeAttach is what EncodeAttach was given. The error is Terminal.
func DecodeAttach(attach string) (string, error) {
	raw, err := url.PathUnescape(attach)
	if err != nil {
		return "", fault.Invalid("attach", "attach_encoding", "attach is not URL-encoded")
	}
	return raw, nil
}
