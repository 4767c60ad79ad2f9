package wechat

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

// tokenLasts is how long an apply_permissions_token opens the authorisation page (wechat-protocol.md §5.1).
const tokenLasts = time.Hour

// preAuthorizeRequest is the body of a pre-authorisation (§5.1).
type preAuthorizeRequest struct {
	ServiceID         string `json:"service_id"`
	AppID             string `json:"appid"`
	AuthorizationCode string `json:"authorization_code"`
	NotifyURL         string `json:"notify_url"`
	// SubMchID and SubAppID are for partner mode.
	SubMchID string `json:"sub_mchid,omitempty" only:"partner"`
	SubAppID string `json:"sub_appid,omitempty" only:"partner"`
}

type preAuthorizeAnswer struct {
	Token string `json:"apply_permissions_token"`
}

// pageToken is what an apply_permissions_token says.
type pageToken struct {
	Code    string
	Expires int64 // unix milliseconds
}

// preAuthorize is POST /v3/payscore/permissions. The authorization_code is the idempotency key (§1.5): the identical request
// gets a new token for the same agreement, whatever became of it meanwhile.
func (s *Server) preAuthorize(ctx context.Context, c *call) (any, error) {
	var request preAuthorizeRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	p, refused := c.namedParty(request.AppID, request.SubAppID, request.ServiceID, request.SubMchID)
	if refused == nil {
		refused = consentable(p)
	}
	if refused == nil {
		refused = request.check(s.rules.Strict)
	}
	if refused != nil {
		return nil, refused
	}
	with, err := digest(&request)
	if err != nil {
		return nil, err
	}
	agreement, existed, err := s.Book.PreAuthorize(ctx, book.Agreement{MchID: p.mchID, SubMchID: p.subMchID, Code: request.AuthorizationCode, AppID: request.AppID,
		SubAppID: request.SubAppID, ServiceID: request.ServiceID, NotifyURL: request.NotifyURL, CreatedAt: c.now, With: with})
	if err != nil {
		return nil, err
	}
	if agreement.With != with {
		return nil, &refusal{400, invalidRequest, "授权协议号重复,且请求参数不一致", internalDifferent, nil}
	}
	c.executed = !existed
	token, err := s.seal(c.merchant, pageToken{Code: agreement.Code, Expires: c.now.Add(tokenLasts).UnixMilli()})
	return preAuthorizeAnswer{token}, err
}

func (r *preAuthorizeRequest) check(strict bool) *refusal {
	f := fields{}
	f.require(orderNumber.MatchString(r.AuthorizationCode), "authorization_code", "授权协议号只能由数字、大小写字母、_-|*组成,且不超过32个字符")
	if r.NotifyURL != "" {
		f.notifyURL("notify_url", r.NotifyURL, strict)
	}
	return f.refused
}

// permissionParty is party for permissions.
func (c *call) permissionParty(appID, serviceID, subMchID string) (party, *refusal) {
	p, refused := c.party(appID, serviceID, subMchID)
	if refused == nil {
		refused = consentable(p)
	}
	return p, refused
}

// consentable: a need-confirm service has no permissions (§5).
func consentable(p party) *refusal {
	if p.service.Confirm {
		return notPermitted(internalNoPermission)
	}
	return nil
}
