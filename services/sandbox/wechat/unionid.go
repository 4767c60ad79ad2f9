package wechat

import (
	"context"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

type unionIDAnswer struct {
	UnionID string `json:"union_id"`
	OpenID  string `json:"openid"`
}

// unionID is GET /v3/facemch/users/{face_sid} (wechat-protocol.md §4). What WeChat answers to a face_sid it never issued
// is not written down; here it is a PARAM_ERROR.
func (s *Server) unionID(_ context.Context, c *call) (any, error) {
	q := c.URL.Query()
	if q.Get("info_type") != "ASK_UNIONID" {
		return nil, badQuery("info_type", "info_type必须为ASK_UNIONID")
	}
	if !c.merchant.Bound(q.Get("appid")) {
		return nil, notBound()
	}
	var sid faceSID
	if !unseal(c.merchant, urlUnsafe.Replace(c.PathValue("face_sid")), &sid) || sid.AppID != q.Get("appid") || sid.SubMchID != q.Get("sub_mchid") {
		return nil, outOfRange("path", "face_sid", "face_sid无效", internalOutOfRange)
	}
	if !sid.AskUnionID {
		return nil, &refusal{400, invalidRequest, "UnionID为空", 0, nil}
	}
	return unionIDAnswer{UnionID: book.UnionID(sid.User), OpenID: book.OpenID(sid.AppID, sid.User)}, nil
}
