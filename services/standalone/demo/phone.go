package demo

import (
	"context"
	"fmt"

	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// byPhone is what customers do on their phones: authorise, confirm, or neither; and a partner's merchant.
var byPhone = []scenario{
	{code: "NEVR", title: "no face, never authorises 免刷脸未授权", want: "refused", script: func(ctx context.Context, w *walk) error {
		return w.request(ctx, stack.ServiceID, w.login())
	}},
	{code: "UNCO", title: "need-confirm, not confirmed in time 需确认超时未确认", want: "revoked", script: func(ctx context.Context, w *walk) error {
		return w.request(ctx, stack.ConfirmServiceID, "")
	}},
	{code: "EXPI", title: "need-confirm, expires at WeChat 需确认订单过期", want: "expired", faults: []map[string]any{rule("create", "expires_soon", "delay_ms", 10_000)},
		script: func(ctx context.Context, w *walk) error { return w.request(ctx, stack.ConfirmServiceID, "") }},
	{code: "CONF", title: "need-confirm, confirmed on the phone 需确认并确认", want: "paid", total: 350, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, confirmed, (*walk).door, (*walk).leave)
	}},
	{code: "PHON", title: "no face, authorises on the phone 免刷脸手机授权", want: "paid", total: 350, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, func(w *walk, ctx context.Context) error { return w.request(ctx, w.service, w.login()) }, authorised, (*walk).door, (*walk).leave)
	}},
	{code: "AGAIN", title: "authorises, ends it, authorises again; no face 授权-解除-再授权", want: "paid", total: 350, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, preAuthorised("a1"), terminated, preAuthorised("a2"),
			func(w *walk, ctx context.Context) error { return w.request(ctx, w.service, w.login()) }, (*walk).door, (*walk).leave)
	}},
	{code: "LEFT", title: "ends the authorisation while in service, is charged 服务中解除授权仍扣款", want: "paid", total: 350, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, (*walk).start, func(w *walk, ctx context.Context) error { return w.CloseAuthorisation(ctx, w.service, w.login()) }, (*walk).leave)
	}},
	{code: "UNION", title: "her UnionID is told 获取UnionID", want: "paid", total: 350, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, (*walk).start, (*walk).leave, identified)
	}},
	{code: "PSCN", title: "a partner's: chose the phone at the kiosk, goes on with it 服务商:扫码后继续", want: "paid", total: 350, served: true,
		script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, (*walk).chosePhone, authorised, (*walk).door, (*walk).leave)
		}},
	{code: "PLIFE", title: "a partner's: lowered, paid, a part refunded 服务商:改价扣款部分退款", want: "paid", total: 300, refunded: 100, served: true,
		faults: stops, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, owing, modify("m1", 300, "modified"), collect("k1"), paid, refund("r1", 100, "refunded"))
		}},
	{code: "PCNC", title: "a partner's: cancelled after completion 服务商:完结后撤单", want: "revoked", served: true, faults: stops,
		script: func(ctx context.Context, w *walk) error { return inTurn(ctx, w, owing, cancel("c1", "revoked")) }},
	{code: "PCSH", title: "a partner's: pays in cash 服务商:线下付清", want: "paid", total: 350, elsewhere: 350, served: true,
		faults: stops, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, owing, elsewhere("s1"))
		}},
}

// login is the customer's openid in the merchant's mini program.
func (w *walk) login() string {
	openid := stack.Login(w.Merchant, w.user)
	w.used.Add(secrets.OpenID, openid)
	return openid
}

// request wants a service without a face.
func (w *walk) request(ctx context.Context, serviceID, openid string) error {
	return w.Publish(ctx, w.Requested(w.number, serviceID, w.device, openid))
}

// chosePhone is a customer who shows no face and chooses the phone; the order goes on under the number of the session.
func (w *walk) chosePhone(ctx context.Context) error {
	fact, err := w.look(ctx, "SCAN_PAYMENT")
	if err != nil {
		return err
	}
	if err := w.Publish(ctx, fact); err != nil {
		return err
	}
	return w.request(ctx, w.service, w.login())
}

// authorised is the customer of a service without a face on WeChat's authorisation page.
func authorised(w *walk, ctx context.Context) error {
	if _, err := w.users.Await(ctx, w.number, "authorization_awaited"); err != nil {
		return fmt.Errorf("waiting for the authorisation page: %w", err)
	}
	reply, err := w.AuthoriseJump(ctx, w.number)
	if err != nil {
		return err
	}
	return w.openPage(ctx, reply)
}

// preAuthorised is the customer who authorises the service outside of an order, until we heard of it.
func preAuthorised(request string) step {
	return func(w *walk, ctx context.Context) error {
		reply, err := w.PreAuthorise(ctx, w.number+"-"+request, w.service)
		if err != nil {
			return err
		}
		if err := w.openPage(ctx, reply); err != nil {
			return err
		}
		return w.told(ctx, "OPEN")
	}
}

func (w *walk) openPage(ctx context.Context, reply *authinfov1.AuthoriseReply) error {
	token, err := kiosk.Extra(reply.GetJump(), "apply_permissions_token")
	if err != nil {
		return err
	}
	w.used.Add("apply_permissions_token", token)
	_, err = w.OpenAuthorisePage(ctx, reply.GetJump(), w.user, kiosk.Accept)
	return err
}

// terminated ends the authorisation, until we heard of it.
func terminated(w *walk, ctx context.Context) error {
	if _, err := w.TerminateAuthorisation(ctx, w.number+"-end", w.service, w.login()); err != nil {
		return err
	}
	return w.told(ctx, "CLOSED")
}

// told waits until a notification told that the authorisation is OPEN or CLOSED.
func (w *walk) told(ctx context.Context, state string) error {
	return w.until(ctx, "the authorisation told as "+state, func() (bool, error) {
		reply, err := w.ShowAuthorisation(ctx, w.service, w.login())
		return reply.GetTold() == state, err
	})
}

// confirmed is a need-confirm order whose customer confirms it on WeChat's page.
func confirmed(w *walk, ctx context.Context) error {
	if err := w.request(ctx, stack.ConfirmServiceID, ""); err != nil {
		return err
	}
	if _, err := w.tracker.Await(ctx, w.number, "awaiting_confirm"); err != nil {
		return fmt.Errorf("waiting for the order to confirm: %w", err)
	}
	reply, err := w.OrderJump(ctx, w.number)
	if err != nil {
		return err
	}
	pack, err := kiosk.Extra(reply.GetJump(), "package")
	if err != nil {
		return err
	}
	w.used.Add("package", pack)
	openid, err := w.OpenConfirmPage(ctx, w.number, reply.GetJump(), w.user)
	w.used.Add(secrets.OpenID, openid)
	return err
}

// identified waits for the UnionID of the face.
func identified(w *walk, ctx context.Context) error {
	said, err := w.users.Await(ctx, w.number, "user_identified")
	if err != nil {
		return fmt.Errorf("waiting for the UnionID: %w", err)
	}
	w.used.Add(secrets.UnionID, said.UnionID)
	return nil
}
