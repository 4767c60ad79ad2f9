package order

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
)

// portalRefund is a refund of the payment of paid(t), made by staff in the merchant portal.
func portalRefund(o *Order, number string, fen money.Fen) RefundTold {
	return RefundTold{OutRefundNo: number, Seen: SeenRefund{
		Status: "SUCCESS", RefundID: "R-" + number, TransactionID: o.Collections[0].TransactionID, Amount: fen, RefundedAt: hour,
	}}
}

func TestARefundMadeInThePortalIsToldAndLowersWhatCanBeRefunded(t *testing.T) {
	o := paid(t)
	events, _ := o.Apply(envAt(hour), portalRefund(o, "20261122X", 300))
	wantEvents(t, events, Alarm{"refunded_elsewhere"}, WasRefunded{o.Refunds[0]})
	if r := o.Refunds[0]; r.State != RefundSucceeded || r.RequestID != "" || r.Number(o.OutOrderNo) != "20261122X" || o.RefundedFen != 300 {
		t.Errorf("kept %+v, %d went back", r, o.RefundedFen)
	}
	if again, moved := o.Apply(envAt(hour), portalRefund(o, "20261122X", 300)); moved || len(again) > 0 {
		t.Errorf("told twice: %v", again)
	}
	events, _ = o.Apply(envAt(hour), refundAsk("r1", 51))
	wantRejected(t, events, "refund_exceeds")
	events, _ = o.Apply(envAt(hour), refundAsk("r2", 50))
	if wantRejected(t, events); o.Next().Op != OpRefund || o.Next().Refund != "r2" {
		t.Errorf("next %+v", o.Next())
	}
	// A second one is told as well.
	events, _ = o.Apply(envAt(hour), portalRefund(o, "20261122Y", 10))
	wantEvents(t, events, Alarm{"refunded_elsewhere"}, WasRefunded{o.Refunds[2]})
}

func TestWhatThePortalGaveBackOfADoublePaymentIsNotGivenBackAgain(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	o.Apply(envAt(hour), portalRefund(o, "20261122X", 50))
	over := paidSeen(400)
	over.Parts[0].TransactionID = o.Collections[0].TransactionID
	o.Apply(envAt(hour), Observed{told(over)})
	o.Apply(envAt(hour), answer(OpQuery, Accepted, over))
	var back money.Fen
	for _, r := range o.Refunds {
		back += r.Amount
	}
	if back > 100 {
		t.Errorf("%d of 400 go back of an order of 350, 50 of them by the portal's good will", back)
	}
}

func TestARefundOutsideThatGaveNothingBackIsToldOnly(t *testing.T) {
	for name, change := range map[string]func(*RefundTold){
		"closed":            func(f *RefundTold) { f.Seen.Status = "CLOSED" },
		"of nothing":        func(f *RefundTold) { f.Seen.Amount = 0 },
		"another's payment": func(f *RefundTold) { f.Seen.TransactionID = "T9" },
		"no payment":        func(f *RefundTold) { f.Seen.TransactionID = "" },
	} {
		o := paid(t)
		f := portalRefund(o, "X", 100)
		change(&f)
		events, _ := o.Apply(envAt(hour), f)
		if wantEvents(t, events, Alarm{"refund_unknown"}); o.RefundedFen != 0 || len(o.Refunds) != 0 {
			t.Errorf("%s: %d went back", name, o.RefundedFen)
		}
	}
}

func TestWhatThePortalGaveBackWhileOurRefundWaitsForMoneyIsNotGivenBackTwice(t *testing.T) {
	for _, c := range []struct{ portal, want money.Fen }{{350, 350}, {100, 350}, {500, 500}} {
		o := pending(t, 350)
		o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(700)))
		o.Apply(envAt(hour), RefundAnswered{RequestID: "auto-1", Op: OpRefund, Verdict: NotNow, Balance: true})
		o.Apply(envAt(hour), portalRefund(o, "20261122X", c.portal))
		if got := o.Returning("T1"); got != c.want {
			t.Errorf("portal %d: %d go back, want %d", c.portal, got, c.want)
		}
	}
	// One that WeChat may have taken stays: nobody knows that it does not go.
	o := pending(t, 350)
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(700)))
	o.Apply(envAt(hour), RefundAnswered{RequestID: "auto-1", Op: OpRefund, Verdict: Unknown})
	o.Apply(envAt(hour), portalRefund(o, "20261122X", 350))
	if o.Refunds[0].State != RefundSending || o.Next().Refund != "auto-1" {
		t.Errorf("a refund in doubt became %+v", o.Refunds[0])
	}
}
