// Package frozen is the one encoding of requests.
package frozen

import (
	"bytes"
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Bytes encodes a request: the same value gives the same bytes, without HTML escapes or a final line feed. The error is
// Terminal.
func Bytes[R any](r R) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fault.New(fault.Terminal, "request_encoding", "the request does not encode as JSON")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
