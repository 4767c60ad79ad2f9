package wechat

import (
	"context"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// terminateRequest is the body of a termination (wechat-protocol.md §5.3).
type terminateRequest struct {
	ServiceID string `json:"service_id"`
	AppID     string `json:"appid"`
	Reason    string `json:"reason"`
	// SubMchID, OpenID and SubOpenID are for partner mode (§6.12).
	SubMchID  string `json:"sub_mchid" only:"partner"`
	OpenID    string `json:"openid" only:"partner"`
	SubOpenID string `json:"sub_openid" only:"partner"`
}

// readTerminate reads and checks what both ways of terminating have in common.
func readTerminate(c *call) (r terminateRequest, refused *refusal) {
	if refused := c.decode(&r); refused != nil {
		return r, refused
	}
	f := fields{}
	f.text("reason", r.Reason, 50)
	return r, f.refused
}

// terminateInBody is POST /v3/payscore/partner/permissions/terminate (§6.12).
func (s *Server) terminateInBody(ctx context.Context, c *call) (any, error) {
	request, refused := readTerminate(c)
	if refused != nil {
		return nil, refused
	}
	f := fields{}
	f.text("appid", request.AppID, 32)
	f.require((request.OpenID == "") != (request.SubOpenID == ""), "openid", "openid和sub_openid必须且只能填写其一")
	if f.refused != nil {
		return nil, f.refused
	}
	p, refused := c.permissionParty(request.AppID, request.ServiceID, request.SubMchID)
	if refused != nil {
		return nil, refused
	}
	user, err := s.partyUser(ctx, p, request.OpenID, request.SubOpenID)
	if err != nil {
		return nil, err
	}
	return s.terminate(ctx, c, p, user)
}

// terminateByOpenID is POST /v3/payscore/permissions/openid/{openid}/terminate.
func (s *Server) terminateByOpenID(ctx context.Context, c *call) (any, error) {
	request, refused := readTerminate(c)
	if refused != nil {
		return nil, refused
	}
	p, refused := c.permissionParty(request.AppID, request.ServiceID, "")
	if refused != nil {
		return nil, refused
	}
	user, err := s.userOf(ctx, p, c.PathValue("openid"))
	if err != nil {
		return nil, err
	}
	return s.terminate(ctx, c, p, user)
}

// terminateByCode is POST /v3/payscore/permissions/authorization-code/{authorization_code}/terminate. Only the agreement
// that is in force ends so.
func (s *Server) terminateByCode(ctx context.Context, c *call) (any, error) {
	request, refused := readTerminate(c)
	if refused != nil {
		return nil, refused
	}
	p, agreement, err := s.agreementOf(ctx, c, request.ServiceID, request.SubMchID)
	if err != nil {
		return nil, err
	}
	if agreement.OpenID == "" {
		return nil, wrongCode()
	}
	user, err := s.Book.User(ctx, agreement.OpenID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err // a crash between taking the agreement and authorising leaves no user
	}
	if a, _ := user.Authorization(p.grantee()); a.Code != agreement.Code {
		return nil, wrongCode()
	}
	return s.terminate(ctx, c, p, user)
}

// terminate ends the user's consent and tells the merchant. Nothing is written about a repeat, nor about one who has not
// authorised: both are refused, in our words.
func (s *Server) terminate(ctx context.Context, c *call, p party, user book.User) (any, error) {
	if !user.Authorized(p.grantee()) {
		return nil, &refusal{400, invalidRequest, "用户未授权或授权已解除", 0, nil}
	}
	unfinished, err := s.Book.Unfinished(ctx, user.OpenID, p.grantee())
	if err != nil {
		return nil, err
	}
	if unfinished {
		return nil, &refusal{400, invalidRequest, "用户存在未完结的服务订单,不能解除授权", 0, nil}
	}
	g := p.grantee()
	c.executed = true
	return noContent{}, s.Authorize(ctx, user.AppID, user.Name, book.Authorization{MchID: g.MchID, SubMchID: g.SubMchID, ServiceID: g.ServiceID})
}

func wrongCode() *refusal {
	return &refusal{400, invalidRequest, "授权码不是这个用户签约的授权", 0, nil}
}
