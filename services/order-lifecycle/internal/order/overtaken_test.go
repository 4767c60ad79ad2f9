package order

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

func TestACancelThatTookSeveralSendsIsOverWhenAQueryShowsIt(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(hour), cancelAsk("d1"))
	o.Begin(hour)
	o.Apply(envAt(hour), no(OpCancel, NotNow)) // a deduction is running: somebody completed it
	o.Begin(hour)
	o.Apply(envAt(hour), Answered{Op: OpCancel, Verdict: Accepted})
	if o.State != Cancelling || o.Todo.Op != OpQuery {
		t.Fatalf("%s, next %+v", o.State, o.Todo)
	}
	gone := partly()
	gone.State, gone.Description = "REVOKED", ""
	o.Apply(envAt(hour), answer(OpQuery, Accepted, gone))
	if o.State != Revoked || o.PaidFen != 100 || !alarmed(o, "closed_partly_paid") {
		t.Errorf("%s with %d, alarms %v", o.State, o.PaidFen, o.Alarms)
	}
}

func TestAPartThatIsToldAfterTheEndIsKnownAndCanGoBack(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), answer(OpQuery, Accepted, Seen{State: "REVOKED"}))
	if o.Apply(envAt(hour), Observed{told(partly())}); o.Next().Op != OpQuery || o.PaidFen != 0 {
		t.Fatalf("next %+v with %d", o.Next(), o.PaidFen)
	}
	gone := partly()
	gone.State, gone.Description = "REVOKED", ""
	events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, gone))
	wantEvents(t, events, Alarm{"closed_partly_paid"})
	if o.State != Revoked || o.PaidFen != 100 || o.Next().Op != "" {
		t.Errorf("%s with %d, next %+v", o.State, o.PaidFen, o.Next())
	}
	if o.Apply(envAt(hour), refundAsk("r1", 100)); o.Next().Op != OpRefund {
		t.Errorf("it cannot go back: %+v", o.Rejections)
	}
}

func TestAPaymentWithoutANumberIsRefundedInThePortal(t *testing.T) {
	gone := partly()
	gone.State, gone.Description, gone.Parts[0].TransactionID = "REVOKED", "", ""
	o := pending(t, 350)
	o.Apply(envAt(hour), answer(OpQuery, Accepted, gone))
	events, _ := o.Apply(envAt(hour), refundAsk("r1", 100))
	wantRejected(t, events, "payment_unnumbered")
}

// TestACancelThatThePaymentOvertakesIsRefusedAsPaid as desk.proto promises, whoever cancelled first and whenever.
func TestACancelThatThePaymentOvertakesIsRefusedAsPaid(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(hour), cancelAsk("d1"))
	o.Apply(envAt(hour), no(OpCancel, Refusal))
	events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	wantRejected(t, events, "already_paid")
	if o.State != Paid || o.Desk[0].Outcome != "already_paid" || o.Rejections[0].RequestID != "d1" {
		t.Errorf("%s, answered by %q", o.State, o.Desk[0].Outcome)
	}
}

func TestATotalThatSomebodyElseLoweredIsAlarmed(t *testing.T) {
	o := pending(t, 350)
	if o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(200))); !alarmed(o, "total_differs") {
		t.Errorf("alarms %v", o.Alarms)
	}
	o = pending(t, 350)
	o.Apply(envAt(hour), modifyAsk("m1", 300))
	events, _ := o.Apply(envAt(hour), answer(OpModify, Accepted, stillOwed(200)))
	wantEvents(t, events, Alarm{"total_differs"}, WasModified{"m1", 350, 300})
}

func TestAYesThatDoesNotShowYetIsAskedAboutAndNotSentAgain(t *testing.T) {
	for op, asked := range map[Op]Fact{OpModify: modifyAsk("d1", 200), OpSync: elsewhereAsk("d1")} {
		o := pending(t, 350)
		o.Apply(envAt(hour), asked)
		o.Apply(envAt(hour), no(op, Refusal)) // of a send before
		o.Apply(envAt(hour), answer(op, Accepted, stillOwed(350)))
		if o.Todo.Op != OpQuery || o.Work.Request.Refusal != "" {
			t.Errorf("%s: next %+v, refusal %q", op, o.Todo, o.Work.Request.Refusal)
		}
	}
}

func TestANumberThatOnlyTheBackOfficeNamedStaysFree(t *testing.T) {
	o := New("m1", "N1")
	events, _ := o.Apply(envAt(t0), cancelAsk("d1"))
	wantRejected(t, events, "order_unknown")
	if o.Apply(envAt(t0.Add(10*time.Minute)), TimePassed{}); o.State != Attempt || o.Todo.Op != "" {
		t.Fatalf("%s, next %+v", o.State, o.Todo)
	}
	if o.Apply(envAt(hour), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000}); o.State != Opening {
		t.Errorf("the kiosk got %s, %+v", o.State, o.Rejections)
	}
}

func TestRefundsOfAPaymentStayAMinuteApartWhenTheSenderOfOneDied(t *testing.T) {
	o := refunding(t)
	o.Apply(envAt(asked), refundAsk("r2", 50))
	late := asked.Add(65 * time.Second)
	o.Begin(late) // the first send was never answered
	o.Apply(envAt(late), refundNo(NotNow, ""))
	for _, r := range o.Refunds {
		if r.RequestID == "r2" && r.Todo.At.Before(late.Add(time.Minute)) {
			t.Errorf("r2 goes out %v behind a send of r1 that may have been carried out", r.Todo.At.Sub(late))
		}
	}
}

func TestARefundThatWeChatTakesAfterAllIsFollowedAndToldThoughItWasSettledAsRefused(t *testing.T) {
	for status, back := range map[string]money.Fen{"SUCCESS": 100, "PROCESSING": 0} {
		o := refunding(t)
		o.Begin(asked.Add(25 * time.Second)) // by another replica: the first send is in doubt
		o.Apply(envAt(asked.Add(26*time.Second)), refundNo(Refusal, "rule"))
		at := o.Next().At
		o.Apply(envAt(at), RefundAnswered{RequestID: "r1", Op: OpAskRefund, AskedAt: at, Verdict: Missing})
		if o.Refunds[0].State != RefundRefused {
			t.Fatalf("%+v", o.Refunds[0])
		}
		o.Apply(envAt(at.Add(time.Second)), refundSeen(OpRefund, status)) // the first send, slow
		r := o.Refunds[0]
		if o.RefundedFen != back || !alarmed(o, "refunded_after_all") || back == 0 && (r.State != RefundProcessing || r.Todo.Op != OpAskRefund) {
			t.Errorf("%s: %d went back, %+v, alarms %v", status, o.RefundedFen, r, o.Alarms)
		}
		if status == "PROCESSING" {
			events, _ := o.Apply(envAt(at.Add(time.Second)), refundAsk("r2", 300))
			wantRejected(t, events, "refund_exceeds")
		}
	}
}
