package order

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/money"
)

func TestWhatGoesBackIsWhatNobodyOwedWhateverOrderThePaymentsComeIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Int64Range(0, 400)
		owed, returned := money.Fen(fen.Draw(t, "owed")), money.Fen(0)
		var paid []payment
		var sum, reach money.Fen
		for i := range rapid.IntRange(0, 5).Draw(t, "payments") {
			p := payment{ID: fmt.Sprint("T", i), Amount: money.Fen(fen.Draw(t, "amount")), PaidAt: t0.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "at")) * time.Second)}
			p.Returned = money.Fen(rapid.Int64Range(0, int64(p.Amount)).Draw(t, "returned"))
			if rapid.Bool().Draw(t, "elsewhere") {
				p.ID, p.Returned = "", 0
			}
			if p.ID != "" {
				reach += p.Amount - p.Returned
			}
			sum += p.Amount
			returned += money.Fen(rapid.Int64Range(0, int64(p.Returned)).Draw(t, "of what nobody owed"))
			paid = append(paid, p)
		}
		back, rest := excess(owed, returned, paid)
		var went money.Fen
		for _, b := range back {
			if went += b.Back; b.ID == "" || b.Back <= 0 || b.Back > b.Amount-b.payment.Returned {
				t.Fatalf("%d of %+v", b.Back, b.payment)
			}
		}
		unowed := max(0, sum-owed-returned)
		if went != min(unowed, reach) || rest != unowed-went {
			t.Fatalf("%d go back and %d cannot, %d were not owed", went, rest, unowed)
		}
		other, _ := excess(owed, returned, rapid.Permutation(paid).Draw(t, "listed"))
		if diff := cmp.Diff(back, other, cmp.AllowUnexported(giveBack{}, payment{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

// parts makes a proof of payment of parts: T1, T2, … by WeChat, and by the merchant where below 0.
func parts(fen ...money.Fen) Seen {
	s := Seen{State: "DONE", Collection: "USER_PAID", Total: new(money.Fen(1000)), OrderID: "W1", ServiceID: "500001"}
	for _, amount := range fen {
		c := Collection{TransactionID: fmt.Sprint("T", amount), Amount: amount}
		if amount < 0 {
			c = Collection{Amount: -amount, ByMerchant: true}
		}
		s.PaidFen += c.Amount
		s.Parts = append(s.Parts, c)
	}
	return s
}

func back(o *Order) (sum money.Fen) {
	for _, r := range o.Refunds {
		sum += r.Amount
	}
	return sum
}

func TestTheOrderInWhichWeChatListsThePartsDoesNotChangeWhatGoesBack(t *testing.T) {
	for _, listed := range [][]money.Fen{{300, 700, -700}, {700, 300, -700}, {-700, 700, 300}} {
		o := pending(t, 1000)
		first := parts(300)
		first.State, first.Description, first.Collection = "DOING", "MCH_COMPLETE", "USER_PAYING"
		o.Apply(envAt(hour), answer(OpQuery, Accepted, first))
		asked := elsewhereAsk("e1")
		asked.Amount = 700
		o.Apply(envAt(hour), asked)
		o.Apply(envAt(hour), answer(OpSync, Accepted, parts(300, 700)))
		o.Apply(envAt(hour), Observed{told(parts(listed...))})
		o.Apply(envAt(hour), answer(OpQuery, Accepted, parts(listed...)))
		if o.State != Paid || back(o) != 700 {
			t.Errorf("%v: %s, %d go back, want 700", listed, o.State, back(o))
		}
	}
}

func TestWhatTheCustomerPaidElsewhereStaysAFactWhenWeChatRefusesToHearOfIt(t *testing.T) {
	for _, reason := range []string{"wrong_state", "not_authorised"} {
		o := pending(t, 350)
		o.Apply(envAt(hour), elsewhereAsk("e1"))
		frozen := string(o.Work.Request.Body)
		o.Apply(envAt(hour), Answered{Op: OpSync, Verdict: Refusal, Reason: reason})
		events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
		if wantEvents(t, events, Alarm{"sync_refused"}); o.State != Syncing || o.Todo.Op != OpSync || string(o.Work.Request.Body) != frozen {
			t.Fatalf("%s: %s, next %+v", reason, o.State, o.Todo)
		}
		o.Apply(envAt(o.Todo.At), answer(OpQuery, Accepted, paidSeen(350)))
		if o.State != Paid || back(o) != 350 {
			t.Errorf("%s: %s, %d go back", reason, o.State, back(o))
		}
	}
}

func TestARefusedWordOfAPaymentElsewhereIsRepeatedLessAndLessOften(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), elsewhereAsk("e1"))
	sends, now := 0, hour
	for now.Before(hour.Add(7 * 24 * time.Hour)) {
		if now = o.Todo.At; o.Todo.Op == OpSync {
			sends++
			o.Apply(envAt(now), no(OpSync, Ask))
		} else {
			o.Apply(envAt(now), answer(OpQuery, Accepted, stillOwed(350)))
		}
	}
	if sends < 20 || sends > 60 || o.State != Syncing {
		t.Errorf("%d sends in a week, %s", sends, o.State)
	}
}

func TestWhatIsAboveALoweredTotalGoesBack(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), modifyAsk("m1", 200))
	o.Apply(envAt(hour), answer(OpModify, Accepted, stillOwed(200)))
	events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
	if wantEvents(t, events, Alarm{"total_differs"}); o.State != PaymentPending || o.Total() != 200 {
		t.Fatalf("%s over %d", o.State, o.Total())
	}
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	if o.State != Paid || back(o) != 150 || !alarmed(o, "overcharged") {
		t.Errorf("%s, %d go back, alarms %v", o.State, back(o), o.Alarms)
	}
}

func TestWhatThePersonGaveBackOfADoublePaymentDoesNotGoBackAgain(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), elsewhereAsk("e1"))
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	o.Apply(envAt(hour), RefundAnswered{RequestID: "auto-1", Op: OpRefund, Verdict: Refusal, Reason: "user_account_abnormal"})
	byHand := refundAsk("r1", 350)
	o.Apply(envAt(hour), byHand)
	both := paidSeen(350)
	both.PaidFen = 700
	both.Parts = append(both.Parts, Collection{Amount: 350, ByMerchant: true})
	o.Apply(envAt(hour), answer(OpQuery, Accepted, both))
	if len(o.Refunds) != 2 {
		t.Errorf("refunds %+v", o.Refunds)
	}
}

func TestARefundForGoodwillIsNotCountedAgainstALaterDoublePayment(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	o.Apply(envAt(hour), refundAsk("r1", 100))
	again := paidSeen(350)
	again.PaidFen = 700
	again.Parts = append(again.Parts, Collection{TransactionID: "T2", Amount: 350, PaidAt: hour})
	o.Apply(envAt(hour), answer(OpQuery, Accepted, again))
	if back(o) != 450 || o.Returning("T2") != 350 {
		t.Errorf("refunds %+v", o.Refunds)
	}
}

func TestADoublePaymentOfWhichWeChatShowsNoPartsIsTold(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), elsewhereAsk("e1"))
	bare := paidSeen(350)
	bare.Parts = nil
	if o.Apply(envAt(hour), answer(OpQuery, Accepted, bare)); !alarmed(o, "auto_refund_impossible") {
		t.Errorf("%s, paid %d and 350 elsewhere of %d, alarms %v", o.State, o.PaidFen, o.Total(), alarmCodes(o))
	}
	// Once the parts are shown, it goes back.
	o.Apply(envAt(hour), Observed{told(paidSeen(350))})
	if o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350))); back(o) != 350 {
		t.Errorf("%d go back, want 350", back(o))
	}
}
