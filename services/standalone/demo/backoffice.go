package demo

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// stops lets WeChat's first deduction fail, and no other follow by itself: the back office has all time to think.
var stops = []map[string]any{rule("deduct", "deduction_stops")}

// backOffice is what the merchant's back office asks for.
var backOffice = []scenario{
	{code: "RFND", title: "everything is refunded 全额退款", want: "paid", total: 350, refunded: 350, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, bought, refund("r1", 350, "refunded"))
	}},
	{code: "RTWO", title: "refunded in two parts 分两次退款", want: "paid", total: 350, refunded: 350, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, bought, refund("r1", 100, "refunded"), refund("r2", 250, "refunded"))
	}},
	{code: "RTOO", title: "more than was paid is refused 退款超额被拒", want: "paid", total: 350, refunded: 300, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, bought, refund("r1", 300, "refunded"), refund("r2", 51, "refund_exceeds"))
	}},
	{code: "RABN", title: "the refund is abnormal, staff handle it 退款异常后处理", want: "paid", total: 350, refunded: 350,
		faults: []map[string]any{rule("refund_settle", "refund_abnormal")}, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, bought, refund("r1", 350, "refund_failed"), handled("r1"))
		}},
	{code: "RCLO", title: "the refund is closed, a new one succeeds 退款关闭后重新发起", want: "paid", total: 350, refunded: 350,
		faults: []map[string]any{rule("refund_settle", "refund_closed")}, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, bought, refund("r1", 350, "refund_failed"), refund("r2", 350, "refunded"))
		}},
	{code: "RBAL", title: "the balance is too low, then topped up 余额不足后充值", want: "paid", total: 350, refunded: 350,
		faults: []map[string]any{rule("refund", "not_enough")}, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, bought, refund("r1", 350, "refunded"))
		}},
	{code: "RLST", title: "the refund's answer is lost 退款应答丢失", want: "paid", total: 350, refunded: 350,
		faults: []map[string]any{rule("refund", "lost_answer")}, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, bought, refund("r1", 350, "refunded"))
		}},
	{code: "LESS", title: "the total is lowered, then paid 改价后扣款", want: "paid", total: 200, faults: stops, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, owing, modify("m1", 200, "modified"), collect("k1"))
	}},
	{code: "MORE", title: "a higher total is refused 涨价被拒", want: "paid", total: 350, faults: stops, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, owing, modify("m1", 351, "modify_upwards"), collect("k1"))
	}},
	{code: "CBEF", title: "cancelled by the back office while in service 服务中撤单", want: "revoked", script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, (*walk).start, cancel("c1", "revoked"))
	}},
	{code: "CAFT", title: "cancelled after completion 完结后撤单", want: "revoked", faults: stops, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, owing, cancel("c1", "revoked"))
	}},
	{code: "CREF", title: "cancel after completion is refused, paid 完结后撤单被拒", want: "paid", total: 350,
		faults: append(stops, rule("cancel", "not_cancellable")), script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, owing, cancel("c1", "provider_refused"), collect("k1"))
		}},
	{code: "CASH", title: "pays in cash, WeChat is told 线下付清同步", want: "paid", total: 350, elsewhere: 350,
		faults: stops, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, owing, elsewhere("s1"))
		}},
	{code: "BOTH", title: "pays in cash and WeChat collects: refunded by itself 重复支付自动退款", want: "paid", total: 350, refunded: 350,
		faults: append(stops, rule("sync", "paid_first")), script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, owing, elsewhere("s1"), func(w *walk, ctx context.Context) error {
				_, err := w.tracker.Await(ctx, w.number, "refunded")
				return err
			})
		}},
	{code: "HURRY", title: "collect now 立即催收扣款", want: "paid", total: 350, faults: stops, script: func(ctx context.Context, w *walk) error {
		return inTurn(ctx, w, owing, collect("k1"))
	}},
	{code: "AGED", title: "a receivable ages, then she pays by hand 账龄提醒后主动支付", want: "paid", total: 350,
		faults: stops, script: func(ctx context.Context, w *walk) error {
			return inTurn(ctx, w, owing, func(w *walk, ctx context.Context) error {
				if _, err := w.tracker.Await(ctx, w.number, "receivable_aged"); err != nil {
					return err
				}
				return w.PayByHand(ctx, w.number)
			})
		}},
}

// step is one thing that happens on a walk.
type step func(*walk, context.Context) error

func inTurn(ctx context.Context, w *walk, steps ...step) error {
	for _, s := range steps {
		if err := s(w, ctx); err != nil {
			return err
		}
	}
	return nil
}

// bought goes as far as the payment.
func bought(w *walk, ctx context.Context) error {
	return inTurn(ctx, w, (*walk).buy, paid)
}

// owing goes as far as WeChat's collecting, and its first deduction that failed.
func owing(w *walk, ctx context.Context) error {
	if err := w.buy(ctx); err != nil {
		return err
	}
	if _, err := w.tracker.Await(ctx, w.number, "payment_pending"); err != nil {
		return err
	}
	return w.until(ctx, "a deduction that fails", func() (bool, error) {
		var booked struct {
			Failed int `json:"failed_deductions"`
		}
		err := w.Get(ctx, "/control/wechat/book/"+w.number, url.Values{"mchid": {w.MchID}}, &booked)
		return booked.Failed > 0, err
	})
}

func refund(request string, fen int64, want string) step {
	return func(w *walk, ctx context.Context) error {
		return w.ask(ctx, w.Refund(w.number, request, "", fen, "商品质量问题"), want)
	}
}

func modify(request string, fen int64, want string) step {
	return func(w *walk, ctx context.Context) error {
		return w.ask(ctx, w.Modify(w.number, request, fen, "少取一瓶"), want)
	}
}

func cancel(request, want string) step {
	return func(w *walk, ctx context.Context) error {
		return w.ask(ctx, w.Cancel(w.number, request, "商品未取出"), want)
	}
}

func collect(request string) step {
	return func(w *walk, ctx context.Context) error {
		return w.ask(ctx, w.Collect(w.number, request), "collect_requested", "paid")
	}
}

// elsewhere tells of a payment a little later than the completion, as WeChat wants it (wechat-protocol.md §6.7).
func elsewhere(request string) step {
	return func(w *walk, ctx context.Context) error {
		if err := w.clock.Sleep(ctx, 5*time.Second); err != nil {
			return err
		}
		return w.ask(ctx, w.PaidElsewhere(w.number, request, w.clock.Now().Add(-time.Second)), "paid")
	}
}

// handled is the staff handling an abnormal refund in the portal, and the money that goes then.
func handled(request string) step {
	return func(w *walk, ctx context.Context) error {
		if err := w.HandleRefund(ctx, w.number+"@"+request); err != nil {
			return err
		}
		_, err := w.tracker.AwaitThat(ctx, w.number, func(s kiosk.Said) bool { return s.Name == "refunded" && s.RequestID == request })
		return err
	}
}

// ask has the back office ask for something; want are the events, or the code of a refusal, of which one must answer it.
func (w *walk) ask(ctx context.Context, wish kiosk.Wish, want ...string) error {
	said, err := w.Ask(ctx, w.tracker, wish)
	if err != nil {
		return err
	}
	for _, name := range want {
		if said.Name == name || said.Name == "fact_rejected" && said.Code == name {
			return nil
		}
	}
	return fmt.Errorf("%s was answered by %s %s, want %v", wish.GetRequestId(), said.Name, said.Code, want)
}

// paid waits for the payment.
func paid(w *walk, ctx context.Context) error {
	_, err := w.tracker.Await(ctx, w.number, "paid")
	return err
}
