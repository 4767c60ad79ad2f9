package order

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// unreadableYes is a yes of WeChat's that could not be read.
func unreadableYes(op Op) Answered { return Answered{Op: op, Verdict: Unknown, Unreadable: true} }

func TestAnUnreadableYesIsAlarmedAndQueriedBeforeAnythingIsSentAgain(t *testing.T) {
	now := t0.Add(time.Hour)
	for name, c := range map[string]struct {
		order *Order
		fact  Fact
		op    Op
	}{
		"create":   {opening(t), unreadableYes(OpCreate), OpCreate},
		"complete": {ending(t), unreadableYes(OpComplete), OpComplete},
		"cancel":   {aborting(t), unreadableYes(OpCancel), OpCancel},
		"sync":     {asking(t, elsewhereAsk("e1")), unreadableYes(OpSync), OpSync},
		"modify":   {asking(t, modifyAsk("m1", 100)), unreadableYes(OpModify), OpModify},
		"withdraw": {asking(t, cancelAsk("c1")), unreadableYes(OpWithdraw), OpWithdraw},
	} {
		if c.order.Todo.Op != c.op {
			t.Fatalf("%s: next is %s", name, c.order.Todo.Op)
		}
		events, _ := c.order.Apply(envAt(now), c.fact)
		wantEvents(t, events, Alarm{"provider_answer_unreadable"})
		if c.order.Todo.Op != OpQuery {
			t.Errorf("%s: next is %s", name, c.order.Todo.Op)
		}
	}
	o := refunding(t)
	events, _ := o.Apply(envAt(asked), RefundAnswered{RequestID: "r1", Op: OpRefund, Verdict: Unknown, Unreadable: true})
	wantEvents(t, events, Alarm{"provider_answer_unreadable"})
	if next := o.Next(); next.Op != OpAskRefund || next.At.Before(asked.Add(DefaultTimers().Refund[0])) {
		t.Errorf("refund: next is %+v", next)
	}
	o.Apply(envAt(o.Next().At), RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: Missing})
	if o.Next().Op != OpRefund {
		t.Errorf("what is not there is sent again, got %+v", o.Next())
	}
}

func ending(t *testing.T) *Order {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	return o
}

func aborting(t *testing.T) *Order {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), ServiceAborted{ID: "a1"})
	return o
}

func asking(t *testing.T, f Fact) *Order {
	o := pending(t, 350)
	o.Apply(envAt(t0.Add(time.Hour)), f)
	return o
}

func TestAnUnknownWordOfTheCollectionIsAlarmedAndNeverWaitedOnInSilence(t *testing.T) {
	now := t0.Add(time.Hour)
	soon := Seen{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_SOON", Total: new(money.Fen(350))}
	o := pending(t, 350)
	events, _ := o.Apply(envAt(now), answer(OpQuery, Accepted, soon))
	wantEvents(t, events, Alarm{"provider_state_unknown"})
	if o.State != PaymentPending || o.Todo.Op != OpQuery {
		t.Errorf("got %s, next %+v", o.State, o.Todo)
	}

	o = pending(t, 350)
	events, _ = o.Apply(envAt(now), Observed{told(soon)})
	wantEvents(t, events, Alarm{"provider_state_unknown"})
	if o.Todo.Op != OpQuery || !o.Todo.At.Equal(now) {
		t.Errorf("what a notification says is asked about at once, got %+v", o.Todo)
	}
	done := Seen{State: "DONE", Collection: "USER_REFUNDED", Total: new(money.Fen(350)), PaidFen: 350}
	if phase := done.phase(); phase != isUnknown {
		t.Errorf("%s is phase %d", done, phase)
	}
}

func TestANotificationOfANewTypeIsAlarmedAndAskedAboutAndAPaymentCounts(t *testing.T) {
	now := t0.Add(time.Hour)
	o := pending(t, 350)
	news := told(Seen{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING", Total: new(money.Fen(350))})
	news.NewEvent = true
	events, _ := o.Apply(envAt(now), Observed{news})
	wantEvents(t, events, Alarm{"provider_event_unknown"})
	if o.Todo.Op != OpQuery || !o.Todo.At.Equal(now) {
		t.Errorf("next %+v", o.Todo)
	}

	o = pending(t, 350)
	payment := told(paidSeen(350))
	payment.NewEvent = true
	events, _ = o.Apply(envAt(now), Observed{payment})
	wantEvents(t, events, Alarm{"provider_event_unknown"}, WasPaid{})
}
