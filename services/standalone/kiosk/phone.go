package kiosk

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// What a user does on the authorisation page.
const (
	Accept = "ACCEPT"
	Refuse = "REFUSE"
)

// Requested makes the fact of a customer who wants a service without a face; openid is empty for a need-confirm service.
func (g *Gateway) Requested(number, serviceID, device, openid string) *kioskv1.ServiceRequested {
	return &kioskv1.ServiceRequested{
		Merchant: g.Merchant, OutOrderNo: number, ServiceId: serviceID, Device: &kioskv1.Device{DeviceId: device}, Openid: openid,
		ServiceIntroduction: "无人售货柜", RiskFund: &kioskv1.RiskFund{AmountFen: 10_000, Description: "购物预估费用"},
	}
}

// PreAuthorise asks for the way to the authorisation page outside of an order.
func (g *Gateway) PreAuthorise(ctx context.Context, request, serviceID string) (*authinfov1.AuthoriseReply, error) {
	var reply authinfov1.AuthoriseReply
	return &reply, service.Call(ctx, g.NC, "authinfo", "pre_authorise", &authinfov1.PreAuthoriseRequest{
		RequestId: request, Merchant: g.Merchant, ServiceId: serviceID,
	}, &reply)
}

// AuthoriseJump asks for the way to the authorisation page for the customer of a service_requested.
func (g *Gateway) AuthoriseJump(ctx context.Context, number string) (*authinfov1.AuthoriseReply, error) {
	var reply authinfov1.AuthoriseReply
	return &reply, service.Call(ctx, g.NC, "authinfo", "authorise_jump", &authinfov1.AuthoriseJumpRequest{
		Merchant: g.Merchant, OutOrderNo: number,
	}, &reply)
}

// OrderJump asks for the way to WeChat's page of an order.
func (g *Gateway) OrderJump(ctx context.Context, number string) (*orderv1.OrderJumpReply, error) {
	var reply orderv1.OrderJumpReply
	return &reply, service.Call(ctx, g.NC, "order-lifecycle", "order_jump", &orderv1.OrderJumpRequest{
		Merchant: g.Merchant, OutOrderNo: number,
	}, &reply)
}

// Receivables asks for the orders that WeChat collects: a page of so many, oldest first, behind the page before.
func (g *Gateway) Receivables(ctx context.Context, limit int32, after string) (*orderv1.ReceivablesReply, error) {
	var reply orderv1.ReceivablesReply
	return &reply, service.Call(ctx, g.NC, "order-lifecycle", "receivables", &orderv1.ReceivablesRequest{
		Merchant: g.Merchant, Limit: limit, After: after,
	}, &reply)
}

// ShowAuthorisation asks about a user's authorisation of a service.
func (g *Gateway) ShowAuthorisation(ctx context.Context, serviceID, openid string) (*authinfov1.ShowAuthorisationReply, error) {
	var reply authinfov1.ShowAuthorisationReply
	return &reply, service.Call(ctx, g.NC, "authinfo", "show_authorisation", &authinfov1.ShowAuthorisationRequest{
		Merchant: g.Merchant, ServiceId: serviceID, Openid: openid,
	}, &reply)
}

// TerminateAuthorisation ends a user's authorisation of a service.
func (g *Gateway) TerminateAuthorisation(ctx context.Context, request, serviceID, openid string) (*authinfov1.TerminateAuthorisationReply, error) {
	var reply authinfov1.TerminateAuthorisationReply
	return &reply, service.Call(ctx, g.NC, "authinfo", "terminate_authorisation", &authinfov1.TerminateAuthorisationRequest{
		RequestId: request, Merchant: g.Merchant, ServiceId: serviceID, Openid: openid, Reason: "用户要求解除",
	}, &reply)
}

// OpenAuthorisePage is the user on WeChat's authorisation page, to which the jump leads a mini program; he decides Accept or
// Refuse. It gives his openid under the appid.
func (g *Gateway) OpenAuthorisePage(ctx context.Context, jump *eventv1.Jump, user, decision string) (openid string, err error) {
	token, err := Extra(jump, "apply_permissions_token")
	if err != nil {
		return "", err
	}
	var answer struct {
		OpenID string `json:"openid"`
	}
	return answer.OpenID, g.control(ctx, http.MethodPost, "/control/wechat/permissions/open"+g.ofMerchant(), map[string]string{
		"apply_permissions_token": token, "user": user, "decision": decision,
	}, &answer)
}

// OpenConfirmPage is the user who confirms a need-confirm order on WeChat's page. It gives his openid under the appid.
func (g *Gateway) OpenConfirmPage(ctx context.Context, number string, jump *eventv1.Jump, user string) (openid string, err error) {
	pack, err := Extra(jump, "package")
	if err != nil {
		return "", err
	}
	var answer struct {
		OpenID string `json:"openid"`
	}
	return answer.OpenID, g.control(ctx, http.MethodPost, "/control/wechat/orders/"+number+"/confirm"+g.ofMerchant(), map[string]string{
		"user": user, "package": pack,
	}, &answer)
}

// CloseAuthorisation is the user who ends his authorisation in WeChat.
func (g *Gateway) CloseAuthorisation(ctx context.Context, serviceID, openid string) error {
	return g.control(ctx, http.MethodPost, "/control/wechat/authorizations/close"+g.ofMerchant(), map[string]string{
		"service_id": serviceID, "openid": openid,
	}, nil)
}

// PayByHand is the user who pays an order in WeChat instead of waiting for the deduction.
func (g *Gateway) PayByHand(ctx context.Context, number string) error {
	return g.control(ctx, http.MethodPost, "/control/wechat/orders/"+number+"/pay"+g.ofMerchant(), nil, nil)
}

// CancelInPortal is the merchant's staff who cancels an order in WeChat's portal.
func (g *Gateway) CancelInPortal(ctx context.Context, number string) error {
	return g.control(ctx, http.MethodPost, "/control/wechat/orders/"+number+"/cancel"+g.ofMerchant(), nil, nil)
}

// HandleRefund is the merchant's staff who handles an abnormal refund in WeChat's portal.
func (g *Gateway) HandleRefund(ctx context.Context, outRefundNo string) error {
	return g.control(ctx, http.MethodPost, "/control/wechat/refunds/"+url.PathEscape(outRefundNo)+"/handle"+g.ofMerchant(), nil, nil)
}

// Extra is one value of what a mini program hands to wx.openBusinessView.
func Extra(jump *eventv1.Jump, name string) (string, error) {
	var values map[string]string
	if err := json.Unmarshal([]byte(jump.GetExtraData()), &values); err != nil {
		return "", fmt.Errorf("the jump to %s is no JSON object of strings", jump.GetBusinessType())
	}
	if values[name] == "" {
		return "", fmt.Errorf("the jump to %s has no %s", jump.GetBusinessType(), name)
	}
	return values[name], nil
}

// ofMerchant says whose merchant account at WeChat a control call is about.
func (g *Gateway) ofMerchant() string {
	if g.MchID == "" {
		return ""
	}
	return "?mchid=" + g.MchID
}
