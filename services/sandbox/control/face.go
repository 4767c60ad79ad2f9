package control

import (
	"net/http"

	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/wechat"
)

type rawdataAnswer struct {
	Rawdata string `json:"rawdata"`
}

// rawdata is POST {"machine": name}: the SDK's getWxpayfaceRawdata on that machine.
func (a *API) rawdata(r *http.Request) (any, error) {
	var body struct {
		Machine string `json:"machine"`
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	text, err := a.WeChat.Rawdata(body.Machine)
	return rawdataAnswer{text}, err
}

// face is POST wechat.FaceRequest → wechat.FaceResult: the SDK's getUserPayScoreStatus.
func (a *API) face(r *http.Request) (any, error) {
	var request wechat.FaceRequest
	if err := read(r, &request); err != nil {
		return nil, err
	}
	return a.WeChat.Face(r.Context(), request)
}

type authorizationBody struct {
	AppID     string `json:"appid"`
	ServiceID string `json:"service_id"`
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
	return nothing{}, a.WeChat.Authorize(r.Context(), user.AppID, user.Name, book.Authorization{MchID: mchID, ServiceID: body.ServiceID})
}
