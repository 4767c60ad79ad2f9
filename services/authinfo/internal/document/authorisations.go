package document

import (
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/fault"

	"github.com/facepay-go/facepay/services/authinfo/internal/authorisation"
)

// Authorisations are what notifications told, per merchant, service and user_key.
type Authorisations struct {
	*aggregate.Store[authorisation.Authorisation]
}

// OpenAuthorisations declares the collection. Handled events are not remembered: the facts are, for ever.
func OpenAuthorisations(ctx context.Context, deps aggregate.Deps) (Authorisations, error) {
	store, err := aggregate.Open(ctx, aggregate.Spec[authorisation.Authorisation]{Owner: Owner, Collection: "authorisation"}, deps)
	return Authorisations{store}, err
}

// Of finds a user's authorisation of a service; UNKNOWN when nothing was told.
func (a Authorisations) Of(ctx context.Context, merchant, serviceID, userKey string) (authorisation.Authorisation, error) {
	rec, err := a.Documents().Get(ctx, authorisation.ID(merchant, serviceID, userKey))
	if fault.Is(err, fault.NotFound) {
		return authorisation.Authorisation{State: authorisation.Unknown}, nil
	}
	return rec.Doc.State, err
}
