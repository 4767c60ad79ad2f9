package wechat

import (
	"context"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

// payer is whom an order is for: his openid under the appid, and under the sub-merchant's if that is known. A need-confirm
// order has none before its user confirms.
type payer struct{ openID, subOpenID string }

// payer checks the fields that name the user: a no-confirm order needs his openid, in partner mode exactly one of openid and
// sub_openid, a need-confirm order none (wechat-protocol.md §6.2, §6.12).
func (f *fields) payer(r *createRequest, m mode) {
	f.optional("openid", r.OpenID, 128)
	switch {
	case r.needsConfirm():
		f.require(r.OpenID == "", "openid", "需确认订单不能填写openid")
		f.require(m == direct || r.SubOpenID == "", "sub_openid", "需确认订单不能填写sub_openid")
	case m == direct:
		f.require(r.OpenID != "", "openid", "免确认订单的openid不能为空")
	default:
		f.optional("sub_openid", r.SubOpenID, 128)
		f.require((r.OpenID == "") != (r.SubOpenID == ""), "openid", "免确认订单的openid和sub_openid必须且只能填写其一")
		f.require(r.SubOpenID == "" || r.SubAppID != "", "sub_appid", "填写sub_openid时,sub_appid不能为空")
	}
}

// payer finds the user and checks that the service's mode fits need_user_confirm and that he authorised it; both are refused
// alike (§6.2). What WeChat says to an openid it never issued is not written down: here he has not authorised.
func (s *Server) payer(ctx context.Context, p party, r *createRequest) (payer, error) {
	if r.needsConfirm() != p.service.Confirm {
		return payer{}, notPermitted(internalNoPermission)
	}
	if p.service.Confirm {
		return payer{}, nil
	}
	user, err := s.partyUser(ctx, p, r.OpenID, r.SubOpenID)
	if err != nil {
		return payer{}, err
	}
	if !user.Authorized(p.grantee()) {
		return payer{}, notPermitted(internalNoPermission)
	}
	who := payer{openID: user.OpenID, subOpenID: r.SubOpenID}
	if r.SubAppID != "" {
		who.subOpenID = book.OpenID(r.SubAppID, user.Name)
	}
	return who, nil
}
