package kiosk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// What a customer answers on WeChat's authorisation page.
const (
	Accept = "ACCEPT"
	Refuse = "REFUSE"
)

// AnswerPage is the customer on WeChat's authorisation page (授权页), which the jump opened on the phone. wechat-protocol.md §5.4.
func (g *Gateway) AnswerPage(ctx context.Context, jump *eventv1.Jump, user, decision string) error {
	token, err := carried(jump, "apply_permissions_token")
	if err != nil {
		return err
	}
	return g.control(ctx, http.MethodPost, "/control/wechat/permissions/open", map[string]string{
		"apply_permissions_token": token, "user": user, "decision": decision,
	}, nil)
}

// ConfirmOrder is the customer confirming a need-confirm order (确认订单) on the page that the jump opened. wechat-protocol.md
// §5.4.
func (g *Gateway) ConfirmOrder(ctx context.Context, jump *eventv1.Jump, number, user string) error {
	form, err := carried(jump, "package")
	if err != nil {
		return err
	}
	return g.control(ctx, http.MethodPost, "/control/wechat/orders/"+url.PathEscape(number)+"/confirm", map[string]string{
		"user": user, "package": form,
	}, nil)
}

// carried is a value of a jump's extraData. An error does not quote it: it holds secrets of the customer's.
func carried(jump *eventv1.Jump, name string) (string, error) {
	var extra map[string]string
	if err := json.Unmarshal([]byte(jump.GetExtraData()), &extra); err != nil || extra[name] == "" {
		return "", fmt.Errorf("the jump %s carries no %s", jump.GetBusinessType(), name)
	}
	return extra[name], nil
}
