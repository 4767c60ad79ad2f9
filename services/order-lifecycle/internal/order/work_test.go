package order

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// hour is when the back office asks; WeChat has been collecting for an hour.
var hour = t0.Add(time.Hour)

func stillOwed(total money.Fen) Seen {
	return Seen{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING", Total: &total}
}

// works are the requests about an order that WeChat collects.
func works() map[Op]Fact {
	return map[Op]Fact{OpModify: modifyAsk("d1", 200), OpSync: elsewhereAsk("d1"), OpCollect: collectAsk("d1"), OpWithdraw: cancelAsk("d1")}
}

func TestAModifyOrSyncWithoutAnAnswerIsLookedAtBeforeItIsSentAgain(t *testing.T) {
	for _, op := range []Op{OpModify, OpSync} {
		o := pending(t, 350)
		o.Apply(envAt(hour), works()[op])
		o.Begin(hour)
		body := string(o.Work.Request.Body)
		o.Apply(envAt(hour), no(op, Unknown))
		if o.Todo.Op != OpQuery {
			t.Fatalf("%s: next %+v, want a look", op, o.Todo)
		}
		o.Apply(envAt(o.Todo.At), answer(OpQuery, Accepted, stillOwed(350)))
		if o.Todo.Op != op || string(o.Work.Request.Body) != body {
			t.Errorf("%s: next %+v, want the same bytes again", op, o.Todo)
		}
	}
}

func TestARunningDeductionIsWaitedForThreeMinutes(t *testing.T) {
	busy := DefaultTimers().Busy
	if busy != 3*time.Minute {
		t.Errorf("the wait is %v", busy)
	}
	for op, ask := range works() {
		o := pending(t, 350)
		o.Apply(envAt(hour), ask)
		a := no(op, NotNow)
		a.After = busy
		events, _ := o.Apply(envAt(hour), a)
		if wantEvents(t, events); o.Todo.Op != op || o.Todo.At != hour.Add(busy) {
			t.Errorf("%s: next %+v", op, o.Todo)
		}
	}
}

func TestARefusedRequestAboutAPendingOrderIsProvedByAQueryAndMovesNoMoney(t *testing.T) {
	for op, ask := range works() {
		if op == OpSync { // what the customer paid stays paid
			continue
		}
		o := pending(t, 350)
		o.Apply(envAt(hour), ask)
		o.Apply(envAt(hour), Answered{Op: op, Verdict: Refusal, Reason: "not_cancellable"})
		if o.Todo.Op != OpQuery {
			t.Fatalf("%s: next %+v", op, o.Todo)
		}
		events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
		wantRejected(t, events, "provider_refused")
		if o.State != PaymentPending || o.Total() != 350 || len(o.Alarms) > 0 || o.Todo.Op != OpQuery {
			t.Errorf("%s: %s over %d, alarms %v", op, o.State, o.Total(), o.Alarms)
		}
	}
}

func TestADeductionThatFailedIsNotedAndTheOrderIsOwedOn(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), collectAsk("d1"))
	o.Apply(envAt(hour), Answered{Op: OpCollect, Verdict: Refusal, Reason: "deduction_failed"})
	events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
	wantRejected(t, events, "provider_refused")
	if o.State != PaymentPending || o.DeductionNote != "deduction_failed" || o.Todo.Op != OpQuery {
		t.Errorf("%s, noted %q, next %+v", o.State, o.DeductionNote, o.Todo)
	}
}

func TestOnlyAPendingOrderIsModifiedSyncedOrCollected(t *testing.T) {
	for name, o := range map[string]*Order{"in service": serving(t), "paid": paid(t)} {
		was := o.State
		for _, op := range []Op{OpModify, OpSync, OpCollect} {
			asked := clone(*o)
			events, _ := asked.Apply(envAt(hour), works()[op])
			if len(codes(events)) != 1 || asked.State != was || asked.Work != nil {
				t.Errorf("%s of an order %s: %s, %v", op, name, asked.State, events)
			}
		}
	}
	for op, ask := range works() {
		if o := pending(t, 350); true {
			if o.Apply(envAt(hour), ask); o.Todo.Op != op {
				t.Errorf("%s of a pending order: next %+v", op, o.Todo)
			}
		}
	}
}

func TestATotalGoesDownOnlyNeverToNothingAndNeverBelowWhatIsPaid(t *testing.T) {
	for total, code := range map[money.Fen]string{351: "modify_upwards", 350: "modify_upwards", 0: "modify_to_zero", 100: "modify_below_paid", 101: "", 349: ""} {
		o := pending(t, 350)
		o.Apply(envAt(o.Todo.At), answer(OpQuery, Accepted, partly()))
		events, _ := o.Apply(envAt(hour), modifyAsk("d1", total))
		if code == "" {
			wantEvents(t, events)
			continue
		}
		wantRejected(t, events, code)
	}
	o := pending(t, 350)
	for i, total := range []money.Fen{300, 200} { // more than once: one page says once, WeChat decides
		o.Apply(envAt(hour), modifyAsk(string(rune('a'+i)), total))
		events, _ := o.Apply(envAt(hour), answer(OpModify, Accepted, stillOwed(total)))
		if len(events) != 1 || o.Total() != total || o.State != PaymentPending {
			t.Fatalf("to %d: %s over %d, %v", total, o.State, o.Total(), events)
		}
	}
	events, _ := o.Apply(envAt(hour), modifyAsk("z", 250))
	wantRejected(t, events, "modify_upwards")
}

func TestAnOrderPaidElsewhereThatWeChatCollectedTooIsGivenBackOnce(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), elsewhereAsk("d1"))
	o.Apply(envAt(hour), no(OpSync, Unknown))
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	if len(o.Refunds) != 1 || o.Refunds[0].TransactionID != "T1" || o.Refunds[0].Amount != 350 || o.Next().Op != OpRefund {
		t.Fatalf("%s, refunds %+v", o.State, o.Refunds)
	}
	o.Apply(envAt(hour), Observed{told(paidSeen(350))})
	if len(o.Refunds) != 1 {
		t.Errorf("%d refunds", len(o.Refunds))
	}
}

// slowPen cannot write a sync before a second has gone by.
type slowPen struct{ pen }

func (p slowPen) Sync(o *Order, paidAt, now time.Time) ([]byte, error) {
	if wait := hour.Add(700 * time.Millisecond).Sub(now); wait > 0 {
		return nil, fault.RetryAfter(wait, "sync_too_soon", "the complete call was in this very second")
	}
	return p.pen.Sync(o, paidAt, now)
}

func TestAPaidTimeThatHasStillToComeIsWaitedFor(t *testing.T) {
	o := pending(t, 350)
	env := envAt(hour)
	env.Scribe = slowPen{}
	events, _ := o.Apply(env, elsewhereAsk("d1"))
	if wantEvents(t, events); o.State != Syncing || o.Todo != (Todo{Op: OpSync, At: hour.Add(700 * time.Millisecond)}) || len(o.Work.Request.Body) == 0 {
		t.Errorf("got %s, next %+v", o.State, o.Todo)
	}
}

func TestACompletionIsNoEarlierThanItsLastCall(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	if at := o.CompletedAt(); !at.IsZero() {
		t.Errorf("before WeChat said so: %v", at)
	}
	o.Apply(envAt(t0.Add(time.Minute)), no(OpComplete, NotNow)) // sent again, ten minutes later
	late := t0.Add(11 * time.Minute)
	o.Apply(envAt(late), answer(OpComplete, Accepted, stillOwed(350)))
	o.Apply(envAt(hour), modifyAsk("m1", 200))
	o.Apply(envAt(hour), answer(OpModify, Accepted, stillOwed(200)))
	if at := o.CompletedAt(); !at.Equal(late) {
		t.Errorf("completed at %v, the call was at %v", at, late)
	}
}

func TestACancelAfterCompletionIsOverWhenAQueryShowsIt(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), cancelAsk("d1"))
	events, _ := o.Apply(envAt(hour), Answered{Op: OpWithdraw, Verdict: Accepted})
	if wantEvents(t, events); o.State != Withdrawing || o.Todo != (Todo{Op: OpQuery, At: hour}) {
		t.Fatalf("a yes alone: %s, next %+v", o.State, o.Todo)
	}
	events, _ = o.Apply(envAt(hour), answer(OpQuery, Accepted, Seen{State: "REVOKED"}))
	if wantEvents(t, events, WasRevoked{"desk_cancel"}); o.State != Revoked || o.PaidFen != 0 {
		t.Errorf("shown: %s with %d", o.State, o.PaidFen)
	}
}

func TestWhatWasCollectedInTheMomentOfACancelIsKnownToldAndCanGoBack(t *testing.T) {
	revoked := partly()
	revoked.State, revoked.Description, revoked.Collection = "REVOKED", "", ""
	asked := pending(t, 350)
	asked.Apply(envAt(hour), cancelAsk("d1"))
	asked.Apply(envAt(hour), Answered{Op: OpWithdraw, Verdict: Accepted})
	for name, c := range map[string]struct {
		order  *Order
		reason string
	}{"asked for": {asked, "desk_cancel"}, "in the portal": {pending(t, 350), "by_provider"}} {
		t.Run(name, func(t *testing.T) {
			o := c.order
			events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, revoked))
			if o.State != Revoked || o.Reason != c.reason || o.PaidFen != 100 || !slices.Contains(events, Event(Alarm{"closed_partly_paid"})) {
				t.Fatalf("%s (%s) with %d, %v", o.State, o.Reason, o.PaidFen, events)
			}
			events, _ = o.Apply(envAt(hour), refundAsk("r1", 101))
			wantRejected(t, events, "refund_exceeds")
			o.Apply(envAt(hour), refundAsk("r2", 100))
			if next := o.Next(); next.Op != OpRefund || next.Refund != "r2" {
				t.Errorf("next is %+v", next)
			}
		})
	}
	none := pending(t, 350)
	none.Apply(envAt(hour), answer(OpQuery, Accepted, Seen{State: "REVOKED"}))
	events, _ := none.Apply(envAt(hour), refundAsk("r1", 1))
	wantRejected(t, events, "not_paid")
}

func TestALowerTotalOfAServiceThatLeftTheConfigurationIsRefusedBySayingSo(t *testing.T) {
	o := pending(t, 350)
	env := envAt(hour)
	env.Terms = Terms{}
	events, _ := o.Apply(env, modifyAsk("m1", 200))
	wantRejected(t, events, "unknown_service")
}

func TestWhoSaysThatTheRestWasPaidElsewhereLeavesItsPartToWeChatAndWhoSaysTheWholeGetsItBack(t *testing.T) {
	bare := partly()
	bare.Parts[0].TransactionID = "" // WeChat may number a part late
	both := byMerchant(250)
	both.PaidFen, both.Total = 350, new(money.Fen(350))
	both.Parts = append(both.Parts, Collection{TransactionID: "T1", Amount: 100})
	for name, c := range map[string]struct {
		amount money.Fen
		seen   Seen
		back   money.Fen
	}{
		"the whole": {350, partly(), 100}, "the rest": {250, partly(), 0},
		"the whole, beside a part without a number": {350, bare, 100}, "the rest, beside a part without a number": {250, bare, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := pending(t, 350)
			o.Apply(envAt(hour), answer(OpQuery, Accepted, c.seen))
			asked := elsewhereAsk("d1")
			asked.Amount = c.amount
			o.Apply(envAt(hour), asked)
			o.Apply(envAt(hour), answer(OpSync, Accepted, both))
			var back money.Fen
			for _, r := range o.Refunds {
				back += r.Amount
			}
			if o.State != Paid || back != c.back || len(o.Refunds) > 1 {
				t.Errorf("%s, %d go back, want %d", o.State, back, c.back)
			}
		})
	}
	o := pending(t, 350)
	o.Apply(envAt(hour), answer(OpQuery, Accepted, partly()))
	for _, wrong := range []money.Fen{0, 100, 249, 351} { // 0: said nothing
		asked := elsewhereAsk(fmt.Sprint("w", wrong))
		asked.Amount = wrong
		events, _ := o.Apply(envAt(hour), asked)
		wantRejected(t, events, "paid_elsewhere_amount")
	}
	o = pending(t, 350)
	asked := elsewhereAsk("d1")
	asked.Amount = 350
	o.Apply(envAt(hour), asked)
	one := byMerchant(250)
	one.PaidFen = 600
	one.Parts = append(one.Parts, Collection{TransactionID: "T1", Amount: 350})
	if o.Apply(envAt(hour), answer(OpSync, Accepted, one)); len(o.Refunds) != 1 || o.Refunds[0].Amount != 350 {
		t.Errorf("refunds %+v", o.Refunds)
	}
}

func TestARefusalNamesTheStateThatTheOrderIsInAfterIt(t *testing.T) {
	for name, c := range map[string]struct {
		answer Fact
		want   State
	}{
		"WeChat refused":         {answer(OpQuery, Accepted, stillOwed(350)), PaymentPending},
		"the payment came first": {answer(OpQuery, Accepted, paidSeen(350)), Paid},
	} {
		o := pending(t, 350)
		o.Apply(envAt(hour), cancelAsk("d1"))
		o.Apply(envAt(hour), no(OpWithdraw, Refusal))
		events, _ := o.Apply(envAt(hour), c.answer)
		i := slices.IndexFunc(events, func(e Event) bool { _, ok := e.(WasRejected); return ok })
		if i < 0 || events[i].(WasRejected).State != c.want || o.State != c.want {
			t.Errorf("%s: %s, %+v", name, o.State, events)
		}
	}
}

func TestANotificationOfAPartIsAskedAboutAtOnce(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), Observed{told(partly())})
	if o.Todo.Op != OpQuery || o.Todo.At != hour || o.PaidFen != 0 {
		t.Fatalf("next %+v, %d known", o.Todo, o.PaidFen)
	}
	o.Apply(envAt(hour), answer(OpQuery, Accepted, partly()))
	if _, moved := o.Apply(envAt(hour), Observed{told(partly())}); moved || o.PaidFen != 100 {
		t.Errorf("%d known", o.PaidFen)
	}
}
