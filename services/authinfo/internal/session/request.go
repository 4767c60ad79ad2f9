package session

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Request is what a kiosk gateway asks for, without its rawdata: rawdata is not part of a request's identity, because a
// kiosk that repeats a request takes a new one from the SDK, and because it is secret.
type Request struct {
	RequestID, Merchant, ServiceID string
	StoreID, StoreName, DeviceID   string
	// Attach is JSON text for WeChat, "" for none.
	Attach string
	// OutOrderNo is the gateway's own number, "" to have one minted.
	OutOrderNo string
}

// Digest names the body of the request: equal digests are the same request. request_id and merchant are not in it,
// they are what it is compared under.
func (r Request) Digest() string {
	h := sha256.New()
	for _, part := range []string{r.ServiceID, r.StoreID, r.StoreName, r.DeviceID, r.Attach, r.OutOrderNo} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // no two lists of parts read alike
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Answers reports by nil that the session is the answer to r: it was opened by the same request_id with the same body.
// Otherwise the error is a Conflict: request_id_conflict (other body) or out_order_no_taken (other request).
func (s *Session) Answers(r Request) error {
	if s.RequestID != r.RequestID {
		return &fault.Error{Class: fault.Conflict, Code: "out_order_no_taken", Field: "out_order_no", Text: "belongs to another request_id of this merchant"}
	}
	if s.Digest != r.Digest() {
		return &fault.Error{Class: fault.Conflict, Code: "request_id_conflict", Field: "request_id", Text: "was used before with another body (rawdata may differ, nothing else)"}
	}
	return nil
}
