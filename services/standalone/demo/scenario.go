package demo

import (
	"context"
	"slices"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// scenario is one way a customer's visit can go.
type scenario struct {
	// code starts the numbers of this scenario, so that sandbox faults find them.
	code, title string
	// want is the event that must end the order.
	want string
	// total is what the customer is to pay, fen; elsewhere what of it does not come by WeChat, refunded what goes back to him.
	total, elsewhere, refunded int64
	// served is true for the customers of the merchant whom the partner account serves.
	served bool
	// faults are the sandbox's misbehaviour for these numbers: operation, kind, and how often per order.
	faults []map[string]any
	script func(context.Context, *walk) error
	// deadLetters is how many dead letters a walk causes: one per bad message and listener.
	deadLetters int
}

// rule is a fault that happens once per order.
func rule(operation, kind string, more ...any) map[string]any {
	r := map[string]any{"operation": operation, "fault": kind, "times_per_order": 1}
	for i := 0; i+1 < len(more); i += 2 {
		r[more[i].(string)] = more[i+1]
	}
	return r
}

// plain is the usual visit; the others come a few times each.
var plain = scenario{code: "BUY", title: "buys, WeChat deducts 购买扣款", want: "paid", total: 350, script: buy}

// special are all others.
var special = slices.Concat(trouble, backOffice, byPhone)

// trouble is what goes wrong between the door and the payment.
var trouble = []scenario{
	{code: "FREE", title: "takes nothing 空手离开", want: "free", script: func(ctx context.Context, w *walk) error {
		if err := w.start(ctx); err != nil {
			return err
		}
		return w.Publish(ctx, w.ended(0))
	}},
	{code: "JAM", title: "door jams, service aborted 出货失败", want: "revoked", script: abort},
	{code: "RISK", title: "WeChat's risk control says no 综合评估不通过", want: "refused", faults: []map[string]any{rule("create", "risk_refused")}, script: face("SUCCESS")},
	{code: "OWES", title: "has an unfinished order 存在未完结订单", want: "refused", faults: []map[string]any{rule("create", "unfinished_order")}, script: face("SUCCESS")},
	{code: "SCAN", title: "prefers to scan 用户选择扫码", want: "refused", script: face("SCAN_PAYMENT")},
	{code: "FERR", title: "face known, authorisation failed 授权失败", want: "refused", script: face("ERROR")},
	{code: "UCAN", title: "cancels at the camera 用户取消", want: "abandoned", script: face("USER_CANCEL")},
	{code: "GONE", title: "walks away, session expires 会话过期", want: "abandoned", script: func(ctx context.Context, w *walk) error { return w.open(ctx) }},
	{code: "LOST", title: "create's answer is lost 开单应答丢失", want: "paid", total: 350, faults: []map[string]any{rule("create", "lost_answer")}, script: buy},
	{code: "C500", title: "create answers 500 after doing it 开单返回500", want: "paid", total: 350, faults: []map[string]any{rule("create", "system_error_after")}, script: buy},
	{code: "C429", title: "create is too frequent 请求过频", want: "paid", total: 350, faults: []map[string]any{rule("create", "too_frequent")}, script: buy},
	{code: "PROBE", title: "create's answer is a signature probe 应答签名探测", want: "paid", total: 350, faults: []map[string]any{rule("create", "answer_probe")}, script: buy},
	{code: "MADE", title: "order comes back CREATED 订单未生效", want: "revoked", faults: []map[string]any{rule("create", "created_state")}, script: face("SUCCESS")},
	{code: "LATE", title: "opened too late for the customer 开单超时", want: "revoked", faults: []map[string]any{rule("create", "timeout", "times_per_order", 3)}, script: face("SUCCESS")},
	{code: "CTIM", title: "complete times out after doing it 完结超时", want: "paid", total: 350, faults: []map[string]any{rule("complete", "timeout")}, script: buy},
	{code: "C502", title: "complete meets a 502 page 完结遇网关错误", want: "paid", total: 350, faults: []map[string]any{rule("complete", "bad_gateway")}, script: buy},
	{code: "XLST", title: "cancel's answer is lost 撤销应答丢失", want: "revoked", faults: []map[string]any{rule("cancel", "lost_answer")}, script: abort},
	{code: "POOR", title: "deduction fails twice first 扣款失败后成功", want: "paid", total: 350, faults: []map[string]any{rule("deduct", "deduction_fails", "times_per_order", 2)}, script: buy},
	{code: "EARLY", title: "paid before complete is answered 通知早到", want: "paid", total: 350, faults: []map[string]any{rule("complete", "early_notice")}, script: buy},
	{code: "TWICE", title: "notified twice 重复通知", want: "paid", total: 350, faults: []map[string]any{rule("notify", "twice")}, script: buy},
	{code: "MANY", title: "notified 8 times at once 并发通知", want: "paid", total: 350, faults: []map[string]any{rule("notify", "concurrent", "copies", 8)}, script: buy},
	{code: "NEVER", title: "never notified, found by query 无通知靠查单", want: "paid", total: 350, faults: []map[string]any{rule("notify", "never")}, script: buy},
	{code: "SIGN", title: "signature probe before the notice 签名探测", want: "paid", total: 350, faults: []map[string]any{rule("notify", "probe_undecodable")}, script: buy},
	{code: "SIGX", title: "the other signature probe 签名探测(二)", want: "paid", total: 350, faults: []map[string]any{rule("notify", "probe_wrong")}, script: buy},
	{code: "FORGE", title: "forged notice first, then the true one 伪造通知", want: "paid", total: 350, faults: []map[string]any{rule("notify", "wrong_key")}, script: buy},
	{code: "TAMP", title: "complete's answer is changed on its way 完结应答被篡改", want: "paid", total: 350, faults: []map[string]any{rule("complete", "answer_tampered")}, script: buy},
	{code: "OTHR", title: "complete's answer is about another order 完结应答张冠李戴", want: "paid", total: 350, faults: []map[string]any{rule("complete", "answer_of_another")}, script: buy},
	{code: "FAMT", title: "a genuine notice of another amount 通知金额不符", want: "paid", total: 350, faults: []map[string]any{rule("notify", "foreign_amount", "amount_fen", 1)}, script: buy},
	{code: "PART", title: "a part is deducted, the rest paid by hand 部分扣款后主动付清", want: "paid", total: 350, faults: []map[string]any{
		rule("deduct", "deduction_partial", "amount_fen", 100), rule("deduct", "paid_by_hand")}, script: buy},
	{code: "HAND", title: "deduction fails, the user pays by hand 扣款失败主动支付", want: "paid", total: 350, faults: []map[string]any{
		rule("deduct", "deduction_fails"), rule("deduct", "paid_by_hand")}, script: buy},
	{code: "AHEAD", title: "facts arrive in the wrong order 事件乱序", want: "paid", total: 350, script: func(ctx context.Context, w *walk) error {
		fact, err := w.look(ctx, "SUCCESS")
		if err != nil {
			return err
		}
		if err := w.Publish(ctx, w.ended(400)); err != nil {
			return err
		}
		return w.Publish(ctx, fact)
	}},
	{code: "ECHO", title: "every fact is sent four times 事件重复", want: "paid", total: 350, script: func(ctx context.Context, w *walk) error {
		fact, err := w.look(ctx, "SUCCESS")
		if err != nil {
			return err
		}
		for range 2 {
			if err := w.Publish(ctx, fact); err != nil {
				return err
			}
			if err := w.PublishJSON(ctx, fact); err != nil {
				return err
			}
		}
		if err := w.door(ctx); err != nil {
			return err
		}
		for range 2 {
			if err := w.Publish(ctx, w.ended(400)); err != nil {
				return err
			}
			if err := w.PublishJSON(ctx, w.ended(400)); err != nil {
				return err
			}
		}
		return nil
	}},
	{code: "MAD", title: "confused gateway: bad, foreign and contradicting facts 错误事件", want: "paid", total: 350, deadLetters: 5, script: confused},
}

func buy(ctx context.Context, w *walk) error { return w.buy(ctx) }

// abort goes through the open door and gets nothing.
func abort(ctx context.Context, w *walk) error {
	if err := w.start(ctx); err != nil {
		return err
	}
	return w.Publish(ctx, &kioskv1.ServiceAborted{Merchant: w.Merchant, OutOrderNo: w.number, Reason: "出货失败"})
}

// face stops after the face result.
func face(behaviour string) func(context.Context, *walk) error {
	return func(ctx context.Context, w *walk) error {
		fact, err := w.look(ctx, behaviour)
		if err != nil {
			return err
		}
		return w.Publish(ctx, fact)
	}
}

// confused sends everything a gateway can get wrong; the order is paid all the same, once, and right.
func confused(ctx context.Context, w *walk) error {
	fact, err := w.look(ctx, "SUCCESS")
	if err != nil {
		return err
	}
	subject, err := event.SubjectOf(fact)
	if err != nil {
		return err
	}
	// Not JSON, an unknown field, a subject that contradicts its body.
	if err := w.PublishRaw(ctx, subject, []byte(`{"merchant":`), "application/json"); err != nil {
		return err
	}
	if err := w.PublishRaw(ctx, subject, []byte(`{"merchant":"demo","out_order_no":"`+w.number+`","colour":"red"}`), "application/json"); err != nil {
		return err
	}
	foreign, err := protojson.Marshal(&kioskv1.ServiceEnded{Merchant: "somebody-else", OutOrderNo: w.number})
	if err != nil {
		return err
	}
	if err := w.PublishRaw(ctx, event.Root+".kiosk.service_ended."+stack.Merchant+"."+w.number, foreign, "application/json"); err != nil {
		return err
	}
	if err := w.Publish(ctx, fact); err != nil {
		return err
	}
	if err := w.door(ctx); err != nil {
		return err
	}
	second := fact
	second.ServiceIntroduction = "另一个服务"
	if err := w.Publish(ctx, second); err != nil {
		return err
	}
	if err := w.rejected(ctx, "face_result_differs"); err != nil {
		return err
	}
	greedy := w.ended(400)
	greedy.TotalAmountFen = new(int64(399))
	if err := w.Publish(ctx, greedy); err != nil {
		return err
	}
	if err := w.rejected(ctx, "total_amount_formula"); err != nil {
		return err
	}
	if err := w.Publish(ctx, w.ended(stack.Cap*2)); err != nil {
		return err
	}
	if err := w.rejected(ctx, "total_amount_cap"); err != nil {
		return err
	}
	if err := w.Publish(ctx, w.ended(400)); err != nil {
		return err
	}
	if _, err := w.tracker.Await(ctx, w.number, "paid"); err != nil {
		return err
	}
	if err := w.Publish(ctx, w.ended(800)); err != nil {
		return err
	}
	return w.rejected(ctx, "already_ended")
}
