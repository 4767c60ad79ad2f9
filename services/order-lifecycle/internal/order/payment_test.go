package order

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/money"
)

// pending is an order that WeChat collects.
func pending(t *testing.T, total money.Fen) *Order {
	t.Helper()
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", total))
	o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: &total}))
	if o.State != PaymentPending {
		t.Fatalf("got %s", o.State)
	}
	return o
}

func TestANotificationThatLeavesSomethingOutIsCompletedByAQueryFirst(t *testing.T) {
	without, unnamed, short, foreign := told(paidSeen(350)), told(paidSeen(350)), told(paidSeen(350)), told(paidSeen(350))
	without.Parts, unnamed.Parts[0].TransactionID, short.Parts[0].Amount, foreign.ServiceID = nil, "", 349, "500002"
	for name, s := range map[string]Seen{"no parts": without, "no transaction_id": unnamed, "parts do not add up": short, "another service": foreign} {
		o := pending(t, 350)
		events, _ := o.Apply(envAt(t0.Add(time.Hour)), Observed{s})
		if wantEvents(t, events); o.State != PaymentPending || o.Todo.Op != OpQuery || o.Todo.At != t0.Add(time.Hour) {
			t.Errorf("%s: got %s, next %+v", name, o.State, o.Todo)
		}
		events, _ = o.Apply(envAt(t0.Add(time.Hour)), answer(OpQuery, Accepted, paidSeen(350)))
		if wantEvents(t, events, WasPaid{}); o.PaymentTold {
			t.Errorf("%s: still to be confirmed", name)
		}
	}
}

func TestAPartTheMerchantCollectedNeedsNoTransactionID(t *testing.T) {
	s := told(paidSeen(350))
	s.Parts = []Collection{{Amount: 350, ByMerchant: true}}
	o := pending(t, 350)
	events, _ := o.Apply(envAt(t0.Add(time.Hour)), Observed{s})
	wantEvents(t, events, WasPaid{})
}

func TestAPaymentThatCannotBeItemisedIsHonouredAndAlarmed(t *testing.T) {
	s := paidSeen(350)
	s.Parts = nil
	o := pending(t, 350)
	events, _ := o.Apply(envAt(t0.Add(time.Hour)), answer(OpQuery, Accepted, s))
	wantEvents(t, events, Alarm{"payment_not_itemised"}, WasPaid{})
}

func TestPartsAreKeptWhileTheRestIsCollected(t *testing.T) {
	o := pending(t, 3900)
	part := Seen{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING", PaidFen: 900, Parts: []Collection{{TransactionID: "T1", Amount: 900}}}
	events, _ := o.Apply(envAt(o.Todo.At), answer(OpQuery, Accepted, part))
	if wantEvents(t, events); o.State != PaymentPending || o.PaidFen != 900 || len(o.Collections) != 1 {
		t.Errorf("got %s with %d in %v", o.State, o.PaidFen, o.Collections)
	}
	if want := t0.Add(time.Minute + 10*time.Second + time.Minute); o.Todo.At != want {
		t.Errorf("asks at %v, want %v", o.Todo.At, want)
	}
}

func TestAnotherAmountAfterThePaymentIsAnnouncedToo(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(t0.Add(time.Hour)), answer(OpQuery, Accepted, paidSeen(300)))
	o.Apply(envAt(t0.Add(time.Hour)), Observed{told(paidSeen(350))})
	if o.PaidFen != 300 || o.Todo.Op != OpQuery {
		t.Fatalf("a notification alone changed the amount to %d, next %q", o.PaidFen, o.Todo.Op)
	}
	events, _ := o.Apply(envAt(t0.Add(time.Hour)), answer(OpQuery, Accepted, paidSeen(350)))
	if wantEvents(t, events, WasPaid{}); o.PaidFen != 350 || o.Todo.Op != "" {
		t.Errorf("%d, next %q", o.PaidFen, o.Todo.Op)
	}
	events, moved := o.Apply(envAt(t0.Add(time.Hour)), Observed{told(paidSeen(350))})
	if wantEvents(t, events); moved {
		t.Error("the same payment again is no news")
	}
}

func TestAPaymentToldToAnOpenOrderIsConfirmedAfterItsEnd(t *testing.T) {
	attempt := New("m1", "N1")
	o := &attempt
	o.Apply(envAt(t0), Observed{told(paidSeen(350))})
	o.Apply(envAt(t0), SessionExpired{})
	if o.State != Abandoned || o.Todo.Op != OpQuery || o.ServiceID != "500001" {
		t.Fatalf("got %s, next %q about service %q", o.State, o.Todo.Op, o.ServiceID)
	}
	events, _ := o.Apply(envAt(t0), no(OpQuery, Missing))
	wantEvents(t, events, Alarm{"notification_contradicted"})
	if o.Todo.Op != "" || o.PaymentTold {
		t.Errorf("next %q", o.Todo.Op)
	}
}

func TestDoneWithoutATotalIsFreeOnlyIfNothingWasCommanded(t *testing.T) {
	for total, want := range map[money.Fen]State{0: Free, 350: Completing} {
		o := serving(t)
		o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", total))
		o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DONE"}))
		if o.State != want {
			t.Errorf("total %d: got %s, want %s", total, o.State, want)
		}
	}
}

func TestNothingToPayIsNoReceivable(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 0))
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen)}))
	if wantEvents(t, events); o.State != Completing || o.Todo.Op != OpQuery {
		t.Fatalf("got %s, next %s", o.State, o.Todo.Op)
	}
	events, _ = o.Apply(envAt(t0.Add(time.Minute)), answer(OpQuery, Accepted, Seen{State: "DONE", Total: new(money.Fen)}))
	wantEvents(t, events, WasFree{})
}

func TestAnotherTotalAtWeChatIsAlarmed(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(300))}))
	wantEvents(t, events, Alarm{"total_differs"}, IsPending{350})
}

func TestOnlyCollectionStateProvesMoney(t *testing.T) {
	for _, s := range []Seen{
		{State: "DONE", Total: new(money.Fen(350)), PaidFen: 350},
		{State: "DONE", Collection: "USER_PAYING", Total: new(money.Fen(350)), PaidFen: 350},
		{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING", PaidFen: 350},
	} {
		o := pending(t, 350)
		if o.Apply(envAt(t0.Add(time.Hour)), answer(OpQuery, Accepted, s)); o.State != PaymentPending || o.Todo.Op != OpQuery {
			t.Errorf("%+v: got %s, next %q", s, o.State, o.Todo.Op)
		}
	}
	old := paidSeen(350) // the old sample: DOING with USER_PAID
	old.State, old.Description = "DOING", "MCH_COMPLETE"
	o := pending(t, 350)
	if o.Apply(envAt(t0.Add(time.Hour)), answer(OpQuery, Accepted, old)); o.State != Paid {
		t.Errorf("got %s", o.State)
	}
}

func TestAReceivableIsLookedAtForEver(t *testing.T) {
	o := pending(t, 350)
	now := t0
	for range 400 {
		now = o.Todo.At
		_, moved := o.Apply(envAt(now), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING"}))
		if !moved || o.Todo.Op != OpQuery || !o.Todo.At.After(now) || o.Todo.At.Sub(now) > 24*time.Hour {
			t.Fatalf("after %v: next %+v", now.Sub(t0), o.Todo)
		}
	}
	if now.Sub(t0) < 300*24*time.Hour || len(o.Alarms) > 0 || !cmp.Equal(o.State, PaymentPending) {
		t.Errorf("after %v: %s, alarms %v", now.Sub(t0), o.State, o.Alarms)
	}
}

func TestAPartThatCameBeforeTheAnswerIsKept(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	o.Apply(envAt(t0.Add(time.Minute)), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", PaidFen: 50}))
	if o.State != PaymentPending || o.PaidFen != 50 {
		t.Errorf("got %s with %d", o.State, o.PaidFen)
	}
}

func TestAnEarlyPaidCallbackEndsTheOrderAndTheLateAnswerChangesNothing(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), Observed{told(paidSeen(350))})
	if want := []Event{WasPaid{}}; o.State != Paid || !cmp.Equal(events, want) {
		t.Fatalf("got %s, %v", o.State, events)
	}
	events, moved := o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE"}))
	if moved || len(events) > 0 || o.State != Paid {
		t.Fatalf("the late answer gave %s, %v", o.State, events)
	}
}

func TestANotificationWithAForeignAmountMovesNothingBeforeAQueryConfirmsIt(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE"}))
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), Observed{told(paidSeen(1))})
	if want := []Event{Alarm{"paid_amount_differs"}}; o.State != PaymentPending || o.Todo.Op != OpQuery || !cmp.Equal(events, want) {
		t.Fatalf("got %s, next %s, %v", o.State, o.Todo.Op, events)
	}
	o.Apply(envAt(t0.Add(time.Minute)), answer(OpQuery, Accepted, paidSeen(350)))
	if o.State != Paid || o.PaidFen != 350 {
		t.Fatalf("got %s with %d", o.State, o.PaidFen)
	}
}

func TestLateSuccessOnAClosedOrderIsConfirmedAndHonoured(t *testing.T) {
	for _, closed := range []State{Free, Refused, Revoked, Abandoned, Attempt} {
		o := New("m1", "N1")
		o.State = closed
		o.Apply(envAt(t0), Observed{told(paidSeen(350))})
		if o.State != closed || o.Todo.Op != OpQuery || len(o.Alarms) == 0 {
			t.Errorf("%s: told: got %s, next %q, alarms %v", closed, o.State, o.Todo.Op, o.Alarms)
		}
		events, _ := o.Apply(envAt(t0), answer(OpQuery, Accepted, paidSeen(350)))
		if o.State != Paid || o.PaidFen != 350 || !slices.Contains(events, Event(WasPaid{})) {
			t.Errorf("%s: confirmed: got %s with %d, %v", closed, o.State, o.PaidFen, events)
		}
	}
}

func TestWhatWeChatCollectsAfterItWasPaidElsewhereIsGivenBackThoughTheAmountIsTheSame(t *testing.T) {
	o := pending(t, 350)
	now := t0.Add(time.Hour)
	o.Apply(envAt(now), elsewhereAsk("e1"))
	o.Apply(envAt(now), answer(OpSync, Accepted, byMerchant(350)))
	if o.State != Paid || len(o.Refunds) != 0 {
		t.Fatalf("got %s, %d refunds", o.State, len(o.Refunds))
	}
	o.Apply(envAt(now), Observed{told(paidSeen(350))}) // a deduction was under way
	if len(o.Refunds) != 0 || o.Next().Op != OpQuery {
		t.Fatalf("a notification alone moved money: %d refunds, next %q", len(o.Refunds), o.Next().Op)
	}
	both := byMerchant(350)
	both.Parts = append(both.Parts, paidSeen(350).Parts...)
	both.PaidFen = 700
	for name, seen := range map[string]Seen{"in place of the other": paidSeen(350), "beside it": both} {
		o := clone(*o)
		o.Apply(envAt(now), answer(OpQuery, Accepted, seen))
		if len(o.Refunds) != 1 || o.Refunds[0].TransactionID != "T1" || o.Refunds[0].Amount != 350 {
			t.Errorf("%s: refunds %+v", name, o.Refunds)
		}
	}
}

func TestPartsThatAreToldLaterMakeAPaymentRefundable(t *testing.T) {
	bare := paidSeen(350)
	bare.Parts = nil
	o := pending(t, 350)
	now := t0.Add(time.Hour)
	o.Apply(envAt(now), answer(OpQuery, Accepted, bare))
	o.Apply(envAt(now), Observed{told(paidSeen(350))})
	events, _ := o.Apply(envAt(now), answer(OpQuery, Accepted, paidSeen(350)))
	wantEvents(t, events, WasPaid{})
	if o.Apply(envAt(now), refundAsk("r1", 100)); len(o.Refunds) != 1 {
		t.Errorf("refused: %+v", o.Rejections)
	}
	for _, same := range []Fact{Observed{told(paidSeen(350))}, Observed{told(bare)}} {
		if _, moved := o.Apply(envAt(now), same); moved {
			t.Errorf("%+v is no news", same)
		}
	}
}
