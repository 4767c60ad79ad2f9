package control

import (
	"net/http"

	"github.com/facepay-go/facepay/services/sandbox/wechat"
)

// confirmOrder is POST {"user", "package"}: the user confirms a need-confirm order on WeChat's page.
func (a *API) confirmOrder(r *http.Request) (any, error) {
	var body struct {
		User    string `json:"user"`
		Package string `json:"package"`
	}
	if err := read(r, &body); err != nil {
		return nil, err
	}
	mchID, err := a.merchant(r)
	if err != nil {
		return nil, err
	}
	return a.WeChat.Confirm(r.Context(), wechat.Confirm{MchID: mchID, OutOrderNo: r.PathValue("out_order_no"), User: body.User, Package: body.Package})
}
