package wechat

import (
	"context"
	"net/http"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

const (
	partnerOrders      = "/v3/payscore/partner/serviceorder"
	partnerPermissions = "/v3/payscore/partner/permissions"
)

// handlePartner adds the partner's (服务商) paths: the operations are those of a merchant, in the name of a sub-merchant
// (wechat-protocol.md §6.12).
func (s *Server) handlePartner(mux *http.ServeMux) {
	mux.HandleFunc("POST "+partnerOrders, s.signed(partner, plan.Create, s.create))
	mux.HandleFunc("GET "+partnerOrders, s.signed(partner, plan.Query, s.query))
	for name, do := range map[plan.Operation]operation{plan.Complete: s.complete, plan.Cancel: s.cancel, plan.Modify: s.modify, plan.Sync: s.sync, plan.Pay: s.pay} {
		mux.HandleFunc("POST "+partnerOrders+"/{out_order_no}/"+string(name), s.signed(partner, name, silent(do)))
	}
	mux.HandleFunc("POST "+partnerPermissions, s.signed(partner, plan.PreAuthorize, s.preAuthorize))
	mux.HandleFunc("GET "+partnerPermissions+"/search", s.signed(partner, plan.Permission, s.searchPermission))
	mux.HandleFunc("POST "+partnerPermissions+"/terminate", s.signed(partner, plan.Terminate, s.terminateInBody))
	mux.HandleFunc("GET "+partnerPermissions+"/authorization-code/{authorization_code}", s.signed(partner, plan.Permission, s.permissionByCode))
	mux.HandleFunc("POST "+partnerPermissions+"/authorization-code/{authorization_code}/terminate", s.signed(partner, plan.Terminate, s.terminateByCode))
}

// silent answers success with an empty body: a partner has to query for the state (§6.12).
func silent(do operation) operation {
	return func(ctx context.Context, c *call) (any, error) {
		_, err := do(ctx, c)
		return noContent{}, err
	}
}

// searchPermission is GET /v3/payscore/partner/permissions/search.
func (s *Server) searchPermission(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	openID, subOpenID := q.Get("openid"), q.Get("sub_openid")
	switch {
	case q.Get("appid") == "":
		return nil, badQuery("appid", "appid不能为空")
	case (openID == "") == (subOpenID == ""):
		return nil, badQuery("openid", "openid和sub_openid必须且只能填写其一")
	}
	p, refused := c.permissionParty(q.Get("appid"), q.Get("service_id"), q.Get("sub_mchid"))
	if refused != nil {
		return nil, refused
	}
	user, err := s.partyUser(ctx, p, openID, subOpenID)
	if err != nil {
		return nil, err
	}
	return permissionOf(p, &user), nil
}

// partyUser finds the user by his openid under the party's appid, or by his sub_openid under one of the sub-merchant's. One
// whom nobody knows has given no consent.
func (s *Server) partyUser(ctx context.Context, p party, openID, subOpenID string) (book.User, error) {
	if p.subMchID == "" || subOpenID == "" {
		return s.userOf(ctx, p, openID)
	}
	user, err := s.Book.User(ctx, subOpenID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return book.User{}, err
	}
	if sub, _ := s.Merchants[p.mchID].SubMerchant(p.subMchID); err != nil || !sub.Bound(user.AppID) {
		return book.User{AppID: p.appID}, nil
	}
	return s.userOf(ctx, p, book.OpenID(p.appID, user.Name))
}
