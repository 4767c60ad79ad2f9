package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/wire"
)

// AuthoriseJump answers authorise_jump: the way to WeChat's authorisation page for the user of a number that waits.
type AuthoriseJump struct {
	Consents document.Consents
	Vault    Vault
	Clock    clock.Clock
}

// Handle gives the jump as often as it is asked for. Errors: NotFound consent_unknown; Retry consent_not_ready while WeChat
// is still being asked; Duplicate already_authorised; Terminal consent_over; Retry when the store is away.
func (h *AuthoriseJump) Handle(ctx context.Context, m *authinfov1.AuthoriseJumpRequest) (*authinfov1.AuthoriseReply, error) {
	c, found, err := h.Consents.ByNumber(ctx, m.GetMerchant(), m.GetOutOrderNo())
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, fault.New(fault.NotFound, "consent_unknown", "no service without a face was requested under this number, or not seen yet")
	case c.State == consent.Querying, c.State == consent.PreAuthorising:
		return nil, fault.New(fault.Retry, "consent_not_ready", "WeChat is being asked: wait for authorization_awaited")
	case c.State == consent.Authorised:
		return nil, fault.New(fault.Duplicate, "already_authorised", "the user has authorised the service: the order is being created")
	case !c.Waits(h.Clock.Now()):
		return nil, fault.New(fault.Terminal, "consent_over", "the time to authorise is over, or WeChat refused: a new try needs a new number")
	}
	token, err := h.Vault.open(consent.ID(m.GetMerchant(), m.GetOutOrderNo()), tokenField, c.Token)
	if err != nil {
		return nil, err
	}
	return wire.AuthoriseReply(c.Code, c.ExpiresAt, wechatpay.NewSecret(string(token)))
}
