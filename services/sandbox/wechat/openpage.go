package wechat

import (
	"context"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// What a user does on the authorisation page.
const (
	Accept = "ACCEPT"
	Refuse = "REFUSE"
)

// OpenPage is a user on WeChat's authorisation page, which the merchant's front end opened with a token
// (wechat-protocol.md §5.4).
type OpenPage struct {
	MchID, Token string
	// User is any name: the same name is the same person as before the face. Decision is Accept or Refuse.
	User, Decision string
}

// PageResult is what became of it: the user's openid under the appid, and the state of his consent.
type PageResult struct {
	OpenID string `json:"openid"`
	State  string `json:"authorization_state"`
}

// OpenPage plays the page. Accepting notifies, with the authorization_code and without an out_request_no: that one comes from
// faces only (§7.3 A). A token that is not one, or too old, is Terminal; an agreement of another user is of class Conflict.
func (s *Server) OpenPage(ctx context.Context, r OpenPage) (PageResult, error) {
	merchant := s.Merchants[r.MchID]
	var token pageToken
	now := s.Clock.Now()
	switch {
	case r.User == "":
		return PageResult{}, fault.Invalid("user", "user", "is needed")
	case r.Decision != Accept && r.Decision != Refuse:
		return PageResult{}, fault.Invalid("decision", "decision", "must be ACCEPT or REFUSE")
	case !unseal(merchant, r.Token, &token) || token.Code == "":
		return PageResult{}, fault.Invalid("apply_permissions_token", "token", "is not one of this merchant's")
	case now.UnixMilli() >= token.Expires:
		return PageResult{}, fault.Invalid("apply_permissions_token", "token_expired", "is older than an hour")
	}
	agreement, err := s.Book.Agreement(ctx, r.MchID, token.Code)
	if err != nil {
		return PageResult{}, err
	}
	openID := book.OpenID(agreement.AppID, r.User)
	if r.Decision == Refuse {
		return s.pageResult(ctx, agreement, openID)
	}
	if agreement, err = s.Book.Take(ctx, r.MchID, token.Code, openID, now); err != nil {
		return PageResult{}, err
	}
	err = s.Authorize(ctx, agreement.AppID, r.User, book.Authorization{MchID: agreement.MchID, SubMchID: agreement.SubMchID, ServiceID: agreement.ServiceID,
		Code: agreement.Code, NotifyURL: agreement.NotifyURL, SubAppID: agreement.SubAppID, Open: true})
	if err != nil {
		return PageResult{}, err
	}
	return s.pageResult(ctx, agreement, openID)
}

func (s *Server) pageResult(ctx context.Context, a book.Agreement, openID string) (PageResult, error) {
	user, err := s.Book.User(ctx, openID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return PageResult{}, err
	}
	result := PageResult{OpenID: openID, State: unavailable}
	if user.Authorized(a.Grantee()) {
		result.State = available
	}
	return result, nil
}
