// Package journal keeps every genuine notification, raw and decrypted, once per fact.
package journal

import (
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

// Notice is one stored fact with the notification that first told it. It is inserted once and never replaced: what
// happens to it later are marks.
type Notice struct {
	// ID is IDOf the fact; it is also the id of its event.
	ID   string
	Kind notice.Kind
	// Account is our channel account, by whose keys it was verified.
	Account string
	// Merchant is our merchant id as routed on arrival, "" when it fitted none.
	Merchant string
	// OutOrderNo is "" when the fact names none.
	OutOrderNo string
	// State is that on arrival; the mark tells the present one.
	State State
	// EventType, NotificationID and CreateTime are the envelope's, as sent.
	EventType, NotificationID, CreateTime string
	ReceivedAt                            time.Time
	Signed                                Signed
	// Body is the request body as received, byte by byte: the evidence, together with Signed.
	Body []byte
	// Entity is the decrypted resource. It holds openids.
	Entity []byte
	// TraceParent is the trace of the delivery, for the event.
	TraceParent string
}

// Signed are the headers that sign the body, and the Request-ID.
type Signed struct{ Timestamp, Nonce, Serial, Signature, RequestID string }

// State is what becomes of a notice.
type State string

const (
	// Waiting to be published.
	Waiting State = "waiting"
	// Published: the broker has acknowledged its event.
	Published State = "published"
	// Unroutable fits no merchant, or could not be read. It is tried again from time to time.
	Unroutable State = "unroutable"
	// Kept is of an event type that we do not publish.
	Kept State = "kept"
)

// IDOf names a fact. The account is part of it: a notice that came through the wrong account's door, where it cannot be
// published, must not stand in the way of the same notice at its own.
func IDOf(account string, f notice.Fact) string {
	return event.NoticeID(append([]string{account, string(f.Kind())}, f.Key()...)...)
}

// Fields and indexes of the collection.
const (
	fieldState      = "state"
	fieldReceived   = "received_at"
	fieldMerchant   = "merchant"
	fieldOrderNo    = "out_order_no"
	fieldPublished  = "published_at"
	fieldLastRepeat = "last_repeat_at"

	byState = "by_state"
	byOrder = "by_order"
)

func spec() docstore.Spec[Notice] {
	return docstore.Spec[Notice]{
		Name: "notices",
		ID:   func(n *Notice) string { return n.ID },
		Fields: []docstore.Field[Notice]{
			{Name: fieldState, Kind: docstore.String, Value: func(n *Notice) any { return string(n.State) }},
			{Name: fieldReceived, Kind: docstore.Time, Value: func(n *Notice) any { return n.ReceivedAt }},
			{Name: fieldMerchant, Kind: docstore.String, Value: func(n *Notice) any { return indexed(n.Merchant) }},
			{Name: fieldOrderNo, Kind: docstore.String, Value: func(n *Notice) any { return indexed(n.OutOrderNo) }},
			{Name: fieldPublished, Kind: docstore.Time, Value: func(*Notice) any { return nil }},
			{Name: fieldLastRepeat, Kind: docstore.Time, Value: func(*Notice) any { return nil }},
		},
		Indexes: []docstore.Index{
			{Name: byState, Fields: []string{fieldState, fieldReceived}},
			{Name: byOrder, Fields: []string{fieldMerchant, fieldOrderNo, fieldReceived}},
		},
	}
}

// indexed is text as an index takes it, absent when it cannot: a strange number must not stop its notice from being kept.
func indexed(s string) any {
	if s == "" || len(s) > 1024 || strings.ContainsRune(s, 0) {
		return nil
	}
	return s
}
