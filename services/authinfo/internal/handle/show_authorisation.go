package handle

import (
	"cmp"
	"context"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/userkey"
	"github.com/facepay-go/facepay/pkg/wechatpay/permission"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"

	"github.com/facepay-go/facepay/services/authinfo/internal/authorisation"
	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/wechat"
)

// ShowAuthorisation answers show_authorisation: what WeChat says of a user's authorisation now, and what we were told.
type ShowAuthorisation struct {
	Desks          map[string]*wechat.Desk
	Authorisations document.Authorisations
	Users          userkey.Key
}

// Handle asks WeChat once and changes nothing. Errors: Terminal for bad input and refusals; Retry when WeChat does not
// answer or the store is away.
func (h *ShowAuthorisation) Handle(ctx context.Context, m *authinfov1.ShowAuthorisationRequest) (*authinfov1.ShowAuthorisationReply, error) {
	desk, err := deskOf(h.Desks, m.GetMerchant(), m.GetServiceId())
	if err == nil {
		err = oneOf(m.GetOpenid(), m.GetAuthorizationCode())
	}
	if err != nil {
		return nil, err
	}
	asked, err := ask(ctx, desk, m)
	if err != nil {
		return nil, err
	}
	openid := m.GetOpenid()
	reply := &authinfov1.ShowAuthorisationReply{
		State: string(permission.Unavailable), AuthorizationCode: m.GetAuthorizationCode(), Told: string(authorisation.Unknown),
	}
	if told := asked.Told; told != nil {
		reply.State = string(told.State)
		if told.AuthorizationCode != "" {
			reply.AuthorizationCode = told.AuthorizationCode
		}
		// A partner's user may be known under sub_appid alone (§5.2); callback-ingest names such a user in the same way.
		openid = cmp.Or(openid, told.OpenID, told.SubOpenID)
		if at, ok := told.AuthorisedAt(); ok {
			reply.AuthorisedAt = timestamppb.New(at)
		}
		if at, ok := told.CancelledAt(); ok {
			reply.CancelledAt = timestamppb.New(at)
		}
	}
	if openid == "" {
		return reply, nil
	}
	reply.UserKey = h.Users.Of(openid)
	known, err := h.Authorisations.Of(ctx, m.GetMerchant(), m.GetServiceId(), reply.GetUserKey())
	if err != nil {
		return nil, err
	}
	if reply.Told = string(known.State); !known.Since.IsZero() {
		reply.ToldAt = timestamppb.New(known.Since)
	}
	return reply, nil
}

// ask: a definite answer, or an error.
func ask(ctx context.Context, desk *wechat.Desk, m *authinfov1.ShowAuthorisationRequest) (asked wechat.Asked, err error) {
	if m.GetAuthorizationCode() != "" {
		if err := permission.ValidCode(m.GetAuthorizationCode()); err != nil {
			return asked, err
		}
		asked = desk.QueryCode(ctx, m.GetServiceId(), m.GetAuthorizationCode())
	} else {
		user := wechat.User{ServiceID: m.GetServiceId(), KnownAs: consent.OpenID, OpenID: m.GetOpenid()}
		if err := desk.ValidUser(user); err != nil {
			return asked, err
		}
		asked = desk.QueryUser(ctx, user)
	}
	switch asked.Meaning {
	case consent.Available, consent.NotAvailable:
		return asked, nil
	case consent.Denied:
		return asked, denied(asked.Reason)
	}
	return asked, unsettled(asked.Meaning)
}
