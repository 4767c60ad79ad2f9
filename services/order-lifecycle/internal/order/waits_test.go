package order

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

func TestWhatWasToldOfARequestIsToldAgainAfterItGotAnAnswer(t *testing.T) {
	about := func(v Verdict) RefundAnswered { return RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: v} }
	unread := about(Unknown)
	unread.Unreadable = true
	for code, f := range map[string]Fact{
		"refund_missing": about(Missing), "configuration": about(Misconfigured), "query_refused": about(Refusal), "provider_answer_unreadable": unread,
	} {
		o := refunding(t)
		for range 2 {
			o.Apply(envAt(hour), refundSeen(OpAskRefund, "PROCESSING"))
			events, _ := o.Apply(envAt(hour), f)
			wantEvents(t, events, Alarm{code})
			events, _ = o.Apply(envAt(hour), f)
			wantEvents(t, events)
		}
	}
	for code, f := range map[string]Fact{
		"order_missing": no(OpQuery, Missing), "configuration": no(OpQuery, Misconfigured), "query_refused": no(OpQuery, Refusal),
		"provider_answer_unreadable": Answered{Op: OpQuery, Verdict: Unknown, Unreadable: true},
	} {
		o := pending(t, 350)
		for range 2 {
			o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
			events, _ := o.Apply(envAt(hour), f)
			wantEvents(t, events, Alarm{code})
			events, _ = o.Apply(envAt(hour), f)
			wantEvents(t, events)
		}
	}
}

func TestTheAnswerToOneRefundDoesNotEndTheWaitOfAnother(t *testing.T) {
	o := refunding(t)
	o.Apply(envAt(hour), refundNo(Misconfigured, ""))
	o.Apply(envAt(hour), refundAsk("r2", 50))
	o.Apply(envAt(hour), RefundAnswered{RequestID: "r2", Op: OpRefund, Verdict: Accepted, Seen: &SeenRefund{Status: "PROCESSING", RefundID: "R2", TransactionID: "T1", Amount: 50}})
	events, _ := o.Apply(envAt(hour), refundNo(Misconfigured, ""))
	wantEvents(t, events)
}

func TestWhatARefundThatFailedShouldHaveGivenBackIsStillNotOwed(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), elsewhereAsk("e1"))
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	closed := RefundAnswered{RequestID: "auto-1", Op: OpRefund, Verdict: Accepted, Seen: &SeenRefund{Status: "CLOSED", RefundID: "R1", TransactionID: "T1", Amount: 350}}
	o.Apply(envAt(hour), closed)
	if o.unowed() != 350 {
		t.Errorf("%d are not owed: the refund of 350 failed", o.unowed())
	}
	o.Apply(envAt(hour), refundAsk("r1", 350))
	if r := o.refund("r1"); r == nil || r.Excess != 350 || o.unowed() != 0 {
		t.Errorf("%+v, %d are not owed", r, o.unowed())
	}
}

func TestAnOrderThatIsCollectedByOthersHasNoEndBeforeItsTotalIsShown(t *testing.T) {
	for name, total := range map[string]*money.Fen{"absent": nil, "zero": new(money.Fen(0))} {
		o := serving(t)
		seen := stillOwed(350)
		seen.Total = total
		events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, seen))
		wantEvents(t, events, Alarm{"completed_elsewhere"})
		if o.State != InService || o.Ended != nil || o.Todo.Op != OpQuery {
			t.Errorf("%s: %s with end %+v, next %+v", name, o.State, o.Ended, o.Todo)
		}
		o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
		if o.State != PaymentPending || o.Total() != 350 {
			t.Errorf("%s: %s over %d once the total is shown", name, o.State, o.Total())
		}
	}
}

func TestARefusalOfOneSendDoesNotCountAgainstTheNext(t *testing.T) {
	t.Run("cancel", func(t *testing.T) {
		o := serving(t)
		o.Apply(envAt(hour), cancelAsk("d1"))
		o.Apply(envAt(hour), no(OpCancel, Missing))
		o.Apply(envAt(hour), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"})) // it was there all the same
		o.Apply(envAt(hour), Answered{Op: OpCancel, Verdict: Unknown, Unreadable: true})
		o.Apply(envAt(hour), no(OpQuery, Missing))
		if o.State != Cancelling || o.Todo.Op != OpQuery {
			t.Errorf("%s (%s), next %+v", o.State, o.Reason, o.Todo)
		}
	})
	t.Run("sync", func(t *testing.T) {
		o := pending(t, 350)
		o.Apply(envAt(hour), elsewhereAsk("e1"))
		o.Apply(envAt(hour), no(OpSync, Refusal))
		o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
		now := o.Todo.At
		o.Apply(envAt(now), Answered{Op: OpSync, Verdict: Unknown})
		o.Apply(envAt(now), answer(OpQuery, Accepted, stillOwed(350)))
		if o.State != Syncing || o.Todo.Op != OpSync || o.Todo.At.Sub(now) > time.Minute {
			t.Errorf("%s, next %+v, %v later", o.State, o.Todo, o.Todo.At.Sub(now))
		}
	})
}

func TestWhatIsToldOfARefundNamesTheRefund(t *testing.T) {
	unread := RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: Unknown, Unreadable: true}
	for _, f := range []Fact{unread, refundNo(Misconfigured, ""), RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: NotOurs}, refundSeen(OpAskRefund, "ABNORMAL"), refundSeen(OpAskRefund, "NEW")} {
		o := refunding(t)
		o.Alarms = nil
		o.Apply(envAt(hour), f)
		for _, a := range o.Alarms {
			if a.Refund != "r1" {
				t.Errorf("%+v: told %+v", f, a)
			}
		}
		if len(o.Alarms) == 0 {
			t.Errorf("%+v: nothing told", f)
		}
	}
}
