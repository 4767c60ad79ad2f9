// Package document declares the kinds of documents of this service, a file for each.
package document

import (
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"

	"github.com/facepay-go/facepay/services/authinfo/internal/session"
)

// Owner publishes the events of both kinds.
const Owner = "authinfo"

// Sessions are all sessions ever opened: a request_id is answered the same for ever.
type Sessions struct {
	*aggregate.Store[session.Session]
}

const requestIndex = "request"

// OpenSessions declares the collection. Handled events are not remembered: a session takes its first face result and
// no other, whatever the event's id.
func OpenSessions(ctx context.Context, deps aggregate.Deps) (Sessions, error) {
	store, err := aggregate.Open(ctx, aggregate.Spec[session.Session]{
		Owner:      Owner,
		Collection: "session",
		Fields: []docstore.Field[aggregate.Document[session.Session]]{
			{Name: "merchant", Kind: docstore.String, Value: func(d *aggregate.Document[session.Session]) any { return d.Merchant }},
			{Name: "request_id", Kind: docstore.String, Value: func(d *aggregate.Document[session.Session]) any { return d.State.RequestID }},
		},
		// The index that makes one request one session, whichever replica it reaches.
		Indexes: []docstore.Index{{Name: requestIndex, Fields: []string{"merchant", "request_id"}, Unique: true}},
	}, deps)
	return Sessions{store}, err
}

// ByNumber finds a session by its out_order_no; false when there is none.
func (s Sessions) ByNumber(ctx context.Context, merchant, outOrderNo string) (session.Session, bool, error) {
	rec, err := s.Documents().Get(ctx, session.ID(merchant, outOrderNo))
	if fault.Is(err, fault.NotFound) {
		return session.Session{}, false, nil
	}
	return rec.Doc.State, err == nil, err
}

// ByRequest finds the session that a request_id opened; false when there is none.
func (s Sessions) ByRequest(ctx context.Context, merchant, requestID string) (session.Session, bool, error) {
	page, err := s.Documents().Find(ctx, docstore.Query{Index: requestIndex, Equal: []any{merchant, requestID}, Limit: 1})
	if err != nil || len(page.Records) == 0 {
		return session.Session{}, false, err
	}
	return page.Records[0].Doc.State, true, nil
}
