package book

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Agreement is a pre-authorisation (商户预授权) under the merchant's own number, the authorization_code (授权协议号):
// wechat-protocol.md §5.1.
type Agreement struct {
	MchID, SubMchID, Code      string
	AppID, SubAppID, ServiceID string
	NotifyURL                  string
	CreatedAt                  time.Time
	// With is the digest of the parameters, to tell an identical repeat from another request under the same code.
	With string
	// OpenID is the user who took it, "" while nobody has. It never becomes another's.
	OpenID string
	// OpenedAt is when he took it last.
	OpenedAt time.Time
}

// Grantee is whom the agreement is for.
func (a *Agreement) Grantee() Grantee { return Grantee{a.MchID, a.SubMchID, a.ServiceID} }

func openAgreements(ctx context.Context, store docstore.Store) (docstore.Collection[Agreement], error) {
	return docstore.Open(ctx, store, docstore.Spec[Agreement]{
		Name: "wechat_agreements",
		ID:   func(a *Agreement) string { return Key(a.MchID, a.Code) },
	})
}

// Agreement finds one; class NotFound when there is none under the code.
func (b *Book) Agreement(ctx context.Context, mchID, code string) (Agreement, error) {
	r, err := b.agreements.Get(ctx, Key(mchID, code))
	return r.Doc, err
}

// PreAuthorize stores a new agreement. One that is there under the code comes back with existing true, untouched.
func (b *Book) PreAuthorize(ctx context.Context, a Agreement) (stored Agreement, existing bool, err error) {
	err = b.agreements.Insert(ctx, &a)
	if fault.Is(err, fault.Duplicate) {
		stored, err = b.Agreement(ctx, a.MchID, a.Code)
		return stored, err == nil, err
	}
	return a, false, err
}

// Take binds the agreement to the user who accepts it. An agreement of another user is of class Conflict.
func (b *Book) Take(ctx context.Context, mchID, code, openID string, at time.Time) (Agreement, error) {
	r, err := b.agreements.Get(ctx, Key(mchID, code))
	if err != nil {
		return Agreement{}, err
	}
	if r.Doc.OpenID != "" && r.Doc.OpenID != openID {
		return Agreement{}, fault.New(fault.Conflict, "authorization_code_taken", "the authorization_code is another user's")
	}
	r.Doc.OpenID, r.Doc.OpenedAt = openID, at
	return r.Doc, b.agreements.Replace(ctx, &r.Doc, r.Version)
}

// Unfinished reports whether the user has an order of the grantee that is in service or unpaid.
func (b *Book) Unfinished(ctx context.Context, openID string, of Grantee) (bool, error) {
	for _, phase := range []Phase{InService, Unpaid} {
		for r, err := range b.orders.Scan(ctx, docstore.Query{Index: "by_user_phase", Equal: []any{openID, string(phase)}}) {
			if err != nil {
				return false, err
			}
			if o := r.Doc; (Grantee{o.MchID, o.SubMchID, o.ServiceID}) == of {
				return true, nil
			}
		}
	}
	return false, nil
}
