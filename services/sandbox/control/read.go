package control

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/facepay-go/facepay/pkg/fault"
)

// bodyBytes is the most a control call may send.
const bodyBytes = 1 << 20

// read decodes a request's JSON body; unknown fields are refused, since a misspelled fault would silently do nothing.
// Errors are Terminal and their text names the field at fault, where one is.
func read(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, bodyBytes))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.New(fault.Terminal, tooLarge, "the body is larger than %d bytes", bodyBytes)
	}
	// The decoder's text names the field and repeats no value.
	return fault.New(fault.Terminal, "json", "reading the body: %s", err)
}
