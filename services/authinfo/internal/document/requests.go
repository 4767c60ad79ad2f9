package document

import (
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/docstore"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// PreAuthorisations are those made by request, one per request_id, for ever.
type PreAuthorisations struct {
	*aggregate.Store[consent.PreAuthorisation]
}

// OpenPreAuthorisations declares the collection.
func OpenPreAuthorisations(ctx context.Context, deps aggregate.Deps) (PreAuthorisations, error) {
	store, err := aggregate.Open(ctx, aggregate.Spec[consent.PreAuthorisation]{Owner: Owner, Collection: "pre_authorisation"}, deps)
	return PreAuthorisations{store}, err
}

// RequestID is the id of a request's document: request_ids are per merchant.
func RequestID(merchant, requestID string) string { return merchant + "/" + requestID }

// Terminations are those made by request, one per request_id, for ever.
type Terminations struct {
	*aggregate.Store[consent.Termination]
}

const aboutIndex = "about"

type terminationDocument = aggregate.Document[consent.Termination]

// OpenTerminations declares the collection.
func OpenTerminations(ctx context.Context, deps aggregate.Deps) (Terminations, error) {
	store, err := aggregate.Open(ctx, aggregate.Spec[consent.Termination]{
		Owner:      Owner,
		Collection: "termination",
		Fields: []docstore.Field[terminationDocument]{
			{Name: "merchant", Kind: docstore.String, Value: func(d *terminationDocument) any { return d.Merchant }},
			{Name: "about", Kind: docstore.String, Value: func(d *terminationDocument) any {
				return consent.About(d.State.ServiceID, d.State.UserKey, d.State.Code)
			}},
			{Name: "asked_at", Kind: docstore.Time, Value: func(d *terminationDocument) any { return d.State.AskedAt }},
		},
		Indexes: []docstore.Index{{Name: aboutIndex, Fields: []string{"merchant", "about", "asked_at"}}},
	}, deps)
	return Terminations{store}, err
}

// newest is how many of the newest requests about one authorisation are looked at.
const newest = 20

// About are the newest requests about an authorisation (consent.About), the newest first.
func (t Terminations) About(ctx context.Context, merchant, about string) ([]consent.Termination, error) {
	page, err := t.Documents().Find(ctx, docstore.Query{Index: aboutIndex, Equal: []any{merchant, about}, Descending: true, Limit: newest})
	var all []consent.Termination
	for _, rec := range page.Records {
		all = append(all, rec.Doc.State)
	}
	return all, err
}
