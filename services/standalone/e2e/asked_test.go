package e2e

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// asked is the story of one order of which something is asked.
type asked struct {
	// promise says what is kept; number is the order's.
	promise, number string
	// faults are operation, kind and more of a rule for this number.
	faults [][]any
	play   func(*visit) error
	// end, paid and refunded are what becomes of the order.
	end            string
	paid, refunded money.Fen
	// rejected are the codes of all refusals, alarms those of all alarms, in order.
	rejected, alarms []string
	// executed is how often WeChat carries operations out, where it is told.
	executed map[string]int
}

// lowered is the total after a modify, fen.
const lowered = 200

// onlyAsked lets WeChat collect only what it is asked to, or what the user pays by hand: an order stays pending as long as
// its story wants. Nothing in these stories is late, however slow the machine is with so many of them.
func onlyAsked(c *stack.Configs) {
	c.Sandbox.DeductAfter = 6 * time.Hour
	c.Order.Timers.Busy, c.Order.TopUp = 10*time.Second, 10*time.Second
	c.Order.Timers.OpenWithin, c.Order.Timers.ConfirmWithin, c.Authinfo.SessionTTL = 3*time.Hour, 3*time.Hour, 3*time.Hour
}

// crowd is how many stories go on at once.
const crowd = 32

// ask plays all stories in one world and holds each against what was promised.
func (w *world) ask(t *testing.T, all []asked) {
	t.Helper()
	var visits []*visit
	var numbers []string
	plays := map[string]func(*visit) error{}
	for _, s := range all {
		for _, f := range s.faults {
			w.fault(s.number, f[0].(string), f[1].(string), f[2:]...)
		}
		visits, numbers, plays[s.number] = append(visits, w.visit(s.number)), append(numbers, s.number), s.play
	}
	places := make(chan struct{}, crowd)
	if err := w.together(visits, func(v *visit) error {
		places <- struct{}{}
		defer func() { <-places }()
		return plays[v.number](v)
	}); err != nil {
		t.Error(err)
	}
	w.quiet(numbers...)
	l, back := w.ledger(t), w.givenBack(t)
	for _, s := range all {
		t.Run(s.promise, func(t *testing.T) { s.holds(t, l, back[s.number]) })
	}
	w.allStruck(t)
	t.Run("no secret left its place", func(t *testing.T) { w.secretsStayed(t, numbers...) })
}

// holds checks one story; back is what WeChat gave back of its order.
func (s asked) holds(t *testing.T, l *ledger, back money.Fen) {
	a := l.endedOnce(t, s.number, s.end, s.paid)
	var told money.Fen
	for _, e := range l.tracker.Of(s.number) {
		told += money.Fen(e.Refunded.GetAmountFen())
	}
	if told != s.refunded || back != s.refunded {
		t.Errorf("%d fen went back, WeChat says %d, wanted are %d", told, back, s.refunded)
	}
	if got := a.codes("fact_rejected"); !slices.Equal(got, s.rejected) {
		t.Errorf("refused with %v, want %v", got, s.rejected)
	}
	if got := a.codes("alarm"); !slices.Equal(got, s.alarms) {
		t.Errorf("alarms %v, want %v", got, s.alarms)
	}
	for op, want := range s.executed {
		if n := a.Requests.Executed[op]; n != want {
			t.Errorf("WeChat carried out %s %d times, want %d", op, n, want)
		}
	}
	for op, n := range a.Requests.Bodies {
		if n > 1 && op != "query" && op != "refund_query" && op != "refund" {
			t.Errorf("%d different bodies were sent to %s", n, op)
		}
	}
}

// givenBack is what refunds gave back of each order, by the provider's book.
func (w *world) givenBack(t *testing.T) map[string]money.Fen {
	t.Helper()
	back := map[string]money.Fen{}
	query := url.Values{"limit": {"1000"}}
	for {
		var page struct {
			Refunds []struct {
				OutOrderNo string    `json:"out_order_no"`
				Status     string    `json:"status"`
				Amount     money.Fen `json:"refund_amount"`
			} `json:"refunds"`
			Next string `json:"next"`
		}
		if err := w.Get(w.ctx, "/control/wechat/refunds", query, &page); err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Refunds {
			if r.Status == "SUCCESS" {
				back[r.OutOrderNo] += r.Amount
			}
		}
		if page.Next == "" {
			return back
		}
		query.Set("after", page.Next)
	}
}

// answered has the back office ask for something and wants it answered by one of the events, or by a refusal with that code.
func (v *visit) answered(wish kiosk.Wish, want ...string) error {
	said, err := v.Ask(v.ctx, v.tracker, wish)
	if err != nil {
		return err
	}
	if !slices.Contains(want, said.Name) && (said.Name != "fact_rejected" || !slices.Contains(want, said.Code)) {
		return fmt.Errorf("%s was answered by %s %s, want %v", wish.GetRequestId(), said.Name, said.Code, want)
	}
	return nil
}

// owing goes as far as WeChat's collecting.
func (v *visit) owing() error {
	return firstError(v.enter, func() error { return v.Publish(v.ctx, v.ended(400)) }, func() error { return v.hears("payment_pending") })
}

// bought goes as far as the payment, by hand.
func (v *visit) bought() error { return firstError(v.owing, v.byHand) }

// byHand is the user who pays, and the end.
func (v *visit) byHand() error {
	return firstError(func() error { return v.PayByHand(v.ctx, v.number) }, v.end)
}

// hears waits for one of the events.
func (v *visit) hears(events ...string) error {
	if _, err := v.tracker.Await(v.ctx, v.number, events...); err != nil {
		return fmt.Errorf("waiting for %v: %w", events, err)
	}
	return nil
}

// waits is a need-confirm order that waits for its user.
func (v *visit) waits() error {
	return firstError(v.wantsToConfirm, func() error { return v.hears("awaiting_confirm") })
}

// wantsToConfirm asks for a need-confirm order.
func (v *visit) wantsToConfirm() error {
	return v.Publish(v.ctx, v.Requested(v.number, stack.ConfirmServiceID, v.device, ""))
}

// confirms is the user who confirms it on WeChat's page, which the phone was shown.
func (v *visit) confirms() error {
	var reply *orderv1.OrderJumpReply
	if err := v.insists("the way to the page", func() (err error) {
		reply, err = v.OrderJump(v.ctx, v.number)
		return err
	}); err != nil {
		return err
	}
	pack, err := kiosk.Extra(reply.GetJump(), "package")
	if err != nil {
		return err
	}
	v.secrets.Add("package", pack)
	openid, err := v.OpenConfirmPage(v.ctx, v.number, reply.GetJump(), v.user)
	v.secrets.Add("openid", openid)
	return err
}

// elsewhere tells of a payment that lies behind the completion, as WeChat wants it (wechat-protocol.md §6.7).
func (v *visit) elsewhere(request string) (kiosk.Wish, error) {
	err := v.Clock.Sleep(v.ctx, 5*time.Second)
	return v.PaidElsewhere(v.number, request, v.Clock.Now().Add(-time.Second)), err
}
