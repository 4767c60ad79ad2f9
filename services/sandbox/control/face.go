package control

import (
	"net/http"

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
