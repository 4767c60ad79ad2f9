package wechat

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// Authorisation states (wechat-protocol.md §5.2).
const (
	unavailable = "UNAVAILABLE"
	available   = "AVAILABLE"
	unbindUser  = "UNBINDUSER"
)

// permissionEntity is an authorisation on the wire (§5.2). Its appid and mchid are those of the last successful
// authorisation, the request's where there was none. user_risk_level and risk_level_version are not simulated.
type permissionEntity struct {
	ServiceID         string `json:"service_id"`
	AppID             string `json:"appid"`
	MchID             string `json:"mchid"`
	SubMchID          string `json:"sub_mchid,omitempty"`
	SubAppID          string `json:"sub_appid,omitempty"`
	OpenID            string `json:"openid,omitempty"`
	SubOpenID         string `json:"sub_openid,omitempty"`
	AuthorizationCode string `json:"authorization_code,omitempty"`
	State             string `json:"authorization_state"`
	NotifyURL         string `json:"notify_url,omitempty"`
	CancelTime        string `json:"cancel_authorization_time,omitempty"`
	SuccessTime       string `json:"authorization_success_time,omitempty"`
}

// permissionByOpenID is GET /v3/payscore/permissions/openid/{openid}.
func (s *Server) permissionByOpenID(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	p, refused := c.permissionParty(q.Get("appid"), q.Get("service_id"), "")
	if refused != nil {
		return nil, refused
	}
	user, err := s.userOf(ctx, p, c.PathValue("openid"))
	if err != nil {
		return nil, err
	}
	return permissionOf(p, &user), nil
}

// userOf finds the user behind an openid of the party's appid. One whom nobody knows has given no consent.
func (s *Server) userOf(ctx context.Context, p party, openID string) (book.User, error) {
	user, err := s.Book.User(ctx, openID)
	if fault.Is(err, fault.NotFound) || err == nil && user.AppID != p.appID {
		return book.User{OpenID: openID, AppID: p.appID}, nil
	}
	return user, err
}

// permissionOf is the user's consent to the party, which may never have been given.
func permissionOf(p party, user *book.User) permissionEntity {
	e := permissionEntity{ServiceID: p.service.ID, AppID: user.AppID, MchID: p.mchID, SubMchID: p.subMchID, OpenID: user.OpenID, State: unavailable}
	if a, given := user.Authorization(p.grantee()); given {
		e.fill(a, user)
		e.AuthorizationCode = a.Code
	}
	return e
}

func (e *permissionEntity) fill(a book.Authorization, user *book.User) {
	if a.Open {
		e.State = available
	}
	e.SubAppID = a.SubAppID
	if a.SubAppID != "" {
		e.SubOpenID = book.OpenID(a.SubAppID, user.Name)
	}
	e.SuccessTime, e.CancelTime = longTime(a.OpenedAt), longTime(a.ClosedAt)
}

// longTime is RFC3339 with milliseconds (§5.2), "" for the zero time.
func longTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Beijing).Format("2006-01-02T15:04:05.000Z07:00")
}

// permissionByCode is GET /v3/payscore/permissions/authorization-code/{authorization_code}.
func (s *Server) permissionByCode(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	p, agreement, err := s.agreementOf(ctx, c, q.Get("service_id"), q.Get("sub_mchid"))
	if err != nil {
		return nil, err
	}
	e := permissionEntity{ServiceID: agreement.ServiceID, AppID: agreement.AppID, MchID: agreement.MchID, SubMchID: agreement.SubMchID, SubAppID: agreement.SubAppID,
		AuthorizationCode: agreement.Code, NotifyURL: agreement.NotifyURL, State: unbindUser}
	if agreement.OpenID == "" {
		return e, nil
	}
	user, err := s.Book.User(ctx, agreement.OpenID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err // a crash between taking the agreement and authorising leaves no user
	}
	e.OpenID, e.State, e.SuccessTime = agreement.OpenID, unavailable, longTime(agreement.OpenedAt)
	if a, given := user.Authorization(p.grantee()); given && a.Code == agreement.Code {
		e.fill(a, &user) // else a later agreement has replaced this one
	}
	return e, nil
}

// agreementOf finds the agreement that the path names. Unknown ones are answered as unknown orders are: the sheet has one 404
// for all of §5 and §6 (§6.10).
func (s *Server) agreementOf(ctx context.Context, c *call, serviceID, subMchID string) (party, book.Agreement, error) {
	code := c.PathValue("authorization_code")
	agreement, err := s.Book.Agreement(ctx, c.merchant.MchID, code)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return party{}, agreement, err
	}
	appID := agreement.AppID // these calls name no appid
	if appID == "" {
		appID = c.merchant.AppIDs[0]
	}
	p, refused := c.permissionParty(appID, serviceID, subMchID)
	if refused != nil {
		return p, agreement, refused
	}
	if err != nil || agreement.Grantee() != p.grantee() {
		return p, agreement, &refusal{404, orderNotExist, "授权协议不存在", 0, nil}
	}
	return p, agreement, nil
}
