package document

import (
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// Consents are those of all numbers without a face.
type Consents struct {
	*aggregate.Store[consent.Consent]
}

const (
	codeIndex = "code"
	userIndex = "waiting_user"
)

type consentDocument = aggregate.Document[consent.Consent]

// OpenConsents declares the collection. Handled events are not remembered: a number takes its first wish and no other.
func OpenConsents(ctx context.Context, deps aggregate.Deps) (Consents, error) {
	store, err := aggregate.Open(ctx, aggregate.Spec[consent.Consent]{
		Owner:      Owner,
		Collection: "consent",
		Fields: []docstore.Field[consentDocument]{
			{Name: "merchant", Kind: docstore.String, Value: func(d *consentDocument) any { return d.Merchant }},
			{Name: "code", Kind: docstore.String, Value: func(d *consentDocument) any { return unlessEmpty(d.State.Code) }},
			{Name: "waiting_user", Kind: docstore.String, Value: func(d *consentDocument) any {
				if d.State.State.Final() {
					return nil
				}
				return d.State.ServiceID + "/" + d.State.UserKey
			}},
		},
		Indexes: []docstore.Index{
			{Name: codeIndex, Fields: []string{"merchant", "code"}},
			{Name: userIndex, Fields: []string{"merchant", "waiting_user"}},
		},
	}, deps)
	return Consents{store}, err
}

func unlessEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// ByNumber finds a consent by its out_order_no; false when there is none.
func (c Consents) ByNumber(ctx context.Context, merchant, outOrderNo string) (consent.Consent, bool, error) {
	rec, err := c.Documents().Get(ctx, consent.ID(merchant, outOrderNo))
	if fault.Is(err, fault.NotFound) {
		return consent.Consent{}, false, nil
	}
	return rec.Doc.State, err == nil, err
}

// mostConcerned bounds how many consents of one user one notification moves. A kiosk serves a user once; more is a flood
// of wishes, whose rest is found by its own timers.
const mostConcerned = 100

// Concerned are the document ids of consents that an opening may decide: the one of the code, "" for none, and those of the
// user that are not final.
func (c Consents) Concerned(ctx context.Context, merchant, serviceID, userKey, code string) ([]string, error) {
	queries := []docstore.Query{{Index: userIndex, Equal: []any{merchant, serviceID + "/" + userKey}, Limit: mostConcerned}}
	if code != "" {
		queries = append(queries, docstore.Query{Index: codeIndex, Equal: []any{merchant, code}, Limit: 1})
	}
	var ids []string
	for _, q := range queries {
		page, err := c.Documents().Find(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, rec := range page.Records {
			ids = append(ids, rec.Doc.ID)
		}
	}
	return ids, nil
}
