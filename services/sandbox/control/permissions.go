package control

import (
	"net/http"

	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/wechat"
)

// openPage is POST {"apply_permissions_token", "user", "decision"}: the user on the authorisation page.
func (a *API) openPage(r *http.Request) (any, error) {
	var body struct {
		Token    string `json:"apply_permissions_token"`
		User     string `json:"user"`
		Decision string `json:"decision"`
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	return a.WeChat.OpenPage(r.Context(), wechat.OpenPage{MchID: mchID, Token: body.Token, User: body.User, Decision: body.Decision})
}

type authorizationBody struct {
	AppID     string `json:"appid"`
	ServiceID string `json:"service_id"`
	// SubMchID is for partner mode.
	SubMchID string `json:"sub_mchid"`
	// User is a name as in a face, or OpenID his openid.
	User   string `json:"user"`
	OpenID string `json:"openid"`
}

// closeAuthorization is the user ending his consent in WeChat. His running orders can still be completed and collected
// (wechat-protocol.md §10.2, 12).
func (a *API) closeAuthorization(r *http.Request) (any, error) {
	var body authorizationBody
	if err := read(r, &body); err != nil {
		return nil, err
	}
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	if body.OpenID == "" {
		body.OpenID = book.OpenID(body.AppID, body.User)
	}
	user, err := a.Book.User(r.Context(), body.OpenID)
	if err != nil {
		return nil, err
	}
	return nothing{}, a.WeChat.Authorize(r.Context(), user.AppID, user.Name, book.Authorization{MchID: mchID, SubMchID: body.SubMchID, ServiceID: body.ServiceID})
}
