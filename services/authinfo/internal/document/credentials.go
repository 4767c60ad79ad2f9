package document

import (
	"context"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/fault"

	"github.com/facepay-go/facepay/services/authinfo/internal/credential"
)

// Credentials are the newest credentials of all terminals, sealed.
type Credentials struct {
	*aggregate.Store[credential.Credential]
}

// OpenCredentials declares the collection. No event is handled on these documents.
func OpenCredentials(ctx context.Context, deps aggregate.Deps) (Credentials, error) {
	store, err := aggregate.Open(ctx, aggregate.Spec[credential.Credential]{Owner: Owner, Collection: "credential"}, deps)
	return Credentials{store}, err
}

// ByID finds a terminal's credential; false when it never had one.
func (c Credentials) ByID(ctx context.Context, id string) (credential.Credential, bool, error) {
	rec, err := c.Documents().Get(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return credential.Credential{}, false, nil
	}
	return rec.Doc.State, err == nil, err
}
