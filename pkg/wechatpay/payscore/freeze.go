package payscore

import (
	"bytes"
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Request is what can be frozen.
type Request interface {
	CreateRequest | CompleteRequest | CancelRequest
}

// Freeze is the one encoding of a request: the same value gives the same bytes, without HTML escapes or a final line
// feed. Save the bytes before the first send and replay them; never freeze twice for one operation (§1.5). The error
// is Terminal.
func Freeze[R Request](r R) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fault.New(fault.Terminal, "request_encoding", "the request does not encode as JSON")
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
