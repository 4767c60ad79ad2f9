package order

import (
	"slices"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// paid is an order that WeChat collected.
func paid(t *testing.T) *Order {
	t.Helper()
	o := pending(t, 350)
	if o.Apply(envAt(t0.Add(2*time.Minute)), answer(OpQuery, Accepted, paidSeen(350))); o.State != Paid {
		t.Fatalf("got %s", o.State)
	}
	return o
}

// asked is when a refund is asked for.
var asked = t0.Add(time.Hour)

// refunding is a paid order of which 100 fen go back; the request is under way.
func refunding(t *testing.T) *Order {
	t.Helper()
	o := paid(t)
	o.Apply(envAt(asked), refundAsk("r1", 100))
	o.Begin(asked)
	if o.Next() != (Todo{Op: OpRefund, At: asked, Refund: "r1"}) {
		t.Fatalf("next %+v", o.Next())
	}
	return o
}

func refundNo(v Verdict, reason string) RefundAnswered {
	return RefundAnswered{RequestID: "r1", Op: OpRefund, Verdict: v, Reason: reason}
}

func refundSeen(op Op, status string) RefundAnswered {
	return RefundAnswered{RequestID: "r1", Op: op, Verdict: Accepted, Seen: &SeenRefund{Status: status, RefundID: "R1", TransactionID: "T1", Amount: 100}}
}

func TestARefundWithoutADefiniteAnswerGoesOnUnderTheSameNumberWithTheSameBytes(t *testing.T) {
	for name, a := range map[string]RefundAnswered{
		"no answer": refundNo(Unknown, ""), "too frequent": refundNo(NotNow, ""), "our keys": refundNo(Misconfigured, ""), "payment not visible": refundNo(Missing, ""),
	} {
		o := refunding(t)
		body := string(o.Refunds[0].Request.Body)
		now := asked
		for range 5 {
			events, _ := o.Apply(envAt(now), a)
			if next := o.Next(); next.Op != OpRefund || next.Refund != "r1" || !next.At.After(now) || slices.ContainsFunc(events, func(e Event) bool { _, failed := e.(RefundFailed); return failed }) {
				t.Fatalf("%s: next %+v, %v", name, next, events)
			}
			now = o.Next().At
			o.Begin(now)
		}
		if len(o.Refunds) != 1 || string(o.Refunds[0].Request.Body) != body {
			t.Errorf("%s: %+v", name, o.Refunds)
		}
		if events, _ := o.Apply(envAt(now), refundSeen(OpRefund, "SUCCESS")); o.RefundedFen != 100 || len(events) != 1 {
			t.Errorf("%s: %d went back, %v", name, o.RefundedFen, events)
		}
	}
}

func TestNoRefundIsAskedAboutWithinAMinuteOfItsRequest(t *testing.T) {
	foreign := refundSeen(OpRefund, "SUCCESS")
	foreign.Seen.Amount = 350
	for name, facts := range map[string][]Fact{
		"accepted":                    {refundSeen(OpRefund, "PROCESSING")},
		"refused without a cause":     {refundNo(Ask, "")},
		"refused after a doubt":       {refundNo(Unknown, ""), refundNo(Refusal, "rule")},
		"another amount in answer":    {foreign},
		"another amount was told":     {RefundTold{RequestID: "r1", Seen: *foreign.Seen}},
		"an abnormal one":             {refundSeen(OpRefund, "ABNORMAL")},
		"a word that is not a status": {refundSeen(OpRefund, "CHANGE")},
	} {
		o := refunding(t)
		for _, f := range facts {
			o.Apply(envAt(asked), f)
		}
		if next := o.Next(); next.Op != OpAskRefund || next.At.Before(asked.Add(time.Minute)) {
			t.Errorf("%s: next %+v, want a query a minute after %v", name, next, asked)
		}
	}
}

func TestARefundThatWeChatWorksOnIsLookedAtForDays(t *testing.T) {
	o := refunding(t)
	op, now := OpRefund, asked
	var told []Event
	for now.Before(asked.Add(10 * 24 * time.Hour)) {
		events, _ := o.Apply(envAt(now), refundSeen(op, "PROCESSING"))
		told = append(told, events...)
		if next := o.Next(); next.Op != OpAskRefund || !next.At.After(now) || next.At.Sub(now) > 24*time.Hour {
			t.Fatalf("after %v: next %+v", now.Sub(asked), next)
		}
		op, now = OpAskRefund, o.Next().At
	}
	wantEvents(t, told, Alarm{"refund_slow"}) // after a week, once
}

func TestARefundOfAMerchantWithoutMoneyWaitsAndAPersonIsTold(t *testing.T) {
	o := refunding(t)
	low := refundNo(NotNow, "")
	low.Balance, low.After = true, 10*time.Minute
	events, _ := o.Apply(envAt(asked), low)
	wantEvents(t, events, Alarm{"refund_balance_too_low"})
	if next := o.Next(); next != (Todo{Op: OpRefund, At: asked.Add(10 * time.Minute), Refund: "r1", Round: 1}) {
		t.Errorf("next %+v", next)
	}
}

func TestLooksAtARefundAreCountedFromWhenWeChatTookIt(t *testing.T) {
	o := refunding(t)
	low := refundNo(NotNow, "")
	low.Balance, low.After = true, 24*time.Hour
	o.Apply(envAt(asked), low)
	taken := o.Next().At
	o.Begin(taken)
	o.Apply(envAt(taken), refundSeen(OpRefund, "PROCESSING"))
	if next := o.Next(); next.Op != OpAskRefund || next.At != taken.Add(time.Minute) {
		t.Errorf("taken at %v, next %+v", taken, next)
	}
}

func TestARefundOfAPaymentThatWeChatDoesNotSeeIsTriedAFewTimesAndThenFails(t *testing.T) {
	o := refunding(t)
	now := asked
	for tries := 1; ; tries++ {
		events, _ := o.Apply(envAt(now), refundNo(Missing, "not_found"))
		if len(events) > 0 {
			if tries != 6 || events[0].(RefundFailed).Refund.Failure != "not_found" {
				t.Errorf("after %d tries: %v", tries, events)
			}
			return
		}
		if wait := o.Next().At.Sub(now); tries > 6 || wait < time.Minute {
			t.Fatalf("try %d: the next in %v", tries, wait)
		}
		now = o.Next().At
	}
}

func TestAClosedRefundReturnsNothingAndANewTryHasANewNumber(t *testing.T) {
	o := refunding(t)
	events, _ := o.Apply(envAt(asked), refundSeen(OpRefund, "CLOSED"))
	if len(events) != 1 || events[0].(RefundFailed).Refund.Failure != "closed" || o.RefundedFen != 0 || o.Next().Op != "" {
		t.Fatalf("%v, next %+v", events, o.Next())
	}
	again := refundAsk("r1", 100)
	again.FactID = "f2"
	events, _ = o.Apply(envAt(asked), again)
	wantRejected(t, events, "request_id_conflict")
	o.Apply(envAt(asked), refundAsk("r2", 350)) // the whole: nothing is on its way
	if len(o.Refunds) != 2 || OutRefundNo(o.OutOrderNo, "r2") == OutRefundNo(o.OutOrderNo, "r1") || o.Next().Refund != "r2" {
		t.Errorf("%+v", o.Refunds)
	}
}

func TestAnAbnormalRefundIsToldOnceAndMayStillSucceed(t *testing.T) {
	o := refunding(t)
	events, _ := o.Apply(envAt(asked), refundSeen(OpRefund, "ABNORMAL"))
	if len(events) != 2 || events[0] != (Alarm{"refund_abnormal"}) {
		t.Fatalf("%v", events)
	}
	events, _ = o.Apply(envAt(o.Next().At), refundSeen(OpAskRefund, "ABNORMAL"))
	wantEvents(t, events)
	events, _ = o.Apply(envAt(o.Next().At), refundAsk("r2", 300))
	wantRejected(t, events, "refund_exceeds") // it may still go
	events, _ = o.Apply(envAt(o.Next().At), RefundTold{RequestID: "r1", Seen: *refundSeen(OpAskRefund, "SUCCESS").Seen})
	if len(events) != 1 || o.RefundedFen != 100 || o.Next().Op != "" {
		t.Errorf("%v, next %+v", events, o.Next())
	}
}

func TestRefundsOfOnePaymentAreSentMoreThanAMinuteApart(t *testing.T) {
	o := refunding(t)
	for i, id := range []string{"r2", "r3"} {
		o.Apply(envAt(asked.Add(time.Second)), refundAsk(id, 100))
		if got, want := o.Refunds[i+1].Todo.At, asked.Add(time.Duration(i+1)*61*time.Second); !got.Equal(want) {
			t.Errorf("%s is sent at %v, want %v", id, got, want)
		}
	}
}

func TestEveryPaymentOfAnOrderIsRefundedByItsOwnTransaction(t *testing.T) {
	s := paidSeen(350)
	s.Parts = []Collection{{TransactionID: "T1", Amount: 200}, {TransactionID: "T2", Amount: 100}, {Amount: 50, ByMerchant: true}}
	o := pending(t, 350)
	o.Apply(envAt(asked), answer(OpQuery, Accepted, s))
	ask := func(id, transaction string, fen int64) []Event {
		r := refundAsk(id, 0)
		r.TransactionID, r.Amount = transaction, money.Fen(fen)
		events, _ := o.Apply(envAt(asked), r)
		return events
	}
	wantRejected(t, ask("r1", "", 100), "transaction_ambiguous")
	wantRejected(t, ask("r2", "T3", 100), "transaction_unknown")
	wantRejected(t, ask("r3", "T2", 101), "refund_exceeds")
	wantRejected(t, ask("r4", "T2", 100))
	wantRejected(t, ask("r5", "T1", 200))
	if len(o.Refunds) != 2 || o.Refunds[0].TransactionID != "T2" || o.Refunds[0].Total != 100 || o.Refunds[1].Total != 200 {
		t.Errorf("%+v", o.Refunds)
	}
}

func TestWhatTheMerchantCollectedIsNotWeChatsToGiveBack(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(asked), elsewhereAsk("s1"))
	o.Apply(envAt(asked), answer(OpSync, Accepted, byMerchant(350)))
	events, _ := o.Apply(envAt(asked), refundAsk("r1", 100))
	wantRejected(t, events, "nothing_to_refund")
}

func TestAnAnswerThatLeavesOutWhatWeKnowStillTellsWhatBecameOfARefund(t *testing.T) {
	o := pending(t, 350)
	now := t0.Add(time.Hour)
	o.Apply(envAt(now), answer(OpQuery, Accepted, paidSeen(350)))
	o.Apply(envAt(now), refundAsk("r1", 100))
	o.Apply(envAt(now), RefundAnswered{RequestID: "r1", Op: OpRefund, Verdict: Accepted, Seen: &SeenRefund{Status: "PROCESSING"}})
	o.Apply(envAt(now), RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: Accepted, Seen: &SeenRefund{Status: "SUCCESS"}})
	if r := o.Refunds[0]; r.State != RefundSucceeded || o.RefundedFen != 100 {
		t.Errorf("got %s, %d went back, alarms %v", r.State, o.RefundedFen, o.Alarms)
	}
}
