package wechat

import (
	"encoding/json"

	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// withDetail gives a refusal a detail of the shape; "" leaves it, and so does any other answer. Public error reports have
// an object whose value is a number; the other shapes are those that a client must expect too (wechat-protocol.md §1.5).
func withDetail(rep reply, shape plan.Detail) reply {
	if shape == "" || rep.code == "" {
		return rep
	}
	var refused struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Detail  any    `json:"detail"`
	}
	if err := json.Unmarshal(rep.body, &refused); err != nil {
		return replyTo(nil, broken())
	}
	refused.Detail = map[plan.Detail]any{plan.DetailObject: emptyDetail{Location: "body"}, plan.DetailText: refused.Message, plan.DetailNumber: 0, plan.DetailNull: nil}[shape]
	body, err := encode(refused)
	if err != nil {
		return replyTo(nil, broken())
	}
	rep.body = body
	return rep
}
