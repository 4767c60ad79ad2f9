package order

import (
	"testing"
	"time"
)

// refundAnswerOf answers the send of a refund.
func refundAnswerOf(id string, v Verdict) RefundAnswered {
	a := RefundAnswered{RequestID: id, Op: OpRefund, Verdict: v}
	if v == Accepted {
		a.Seen = &SeenRefund{Status: "PROCESSING", RefundID: "R" + id, TransactionID: "T1", Amount: 100}
	}
	return a
}

// bothAsked is a paid order of which two parts are to go back, at the time the second is sent.
func bothAsked(t *testing.T) (o *Order, second time.Time) {
	o = refunding(t)
	o.Apply(envAt(asked), refundAsk("r2", 100))
	return o, o.refund("r2").Todo.At
}

func TestRefundsOfOnePaymentAreAMinuteApartAtWeChatHoweverLateTheFirstWasAccepted(t *testing.T) {
	for name, answers := range map[string][]Verdict{
		"accepted late":                 {NotNow, NotNow, Accepted},
		"carried out without an answer": {Unknown, Unknown, Accepted},
		"not seen at first":             {Missing, Unknown, Accepted},
	} {
		t.Run(name, func(t *testing.T) {
			o, _ := bothAsked(t)
			for _, v := range answers {
				now := o.refund("r1").Todo.At.Add(20 * time.Second)
				o.Apply(envAt(now), refundAnswerOf("r1", v))
				carriedOut := v == Unknown || v == Accepted
				if next := o.refund("r2").Todo.At; carriedOut && next.Before(now.Add(DefaultTimers().RefundApart)) {
					t.Fatalf("r2 is sent %v after r1 may have been carried out", next.Sub(now))
				}
			}
		})
	}
}

func TestARefundInDoubtIsSentAgainAMinuteAfterAnotherOfItsPayment(t *testing.T) {
	o, now := bothAsked(t)
	o.Apply(envAt(now), refundAnswerOf("r2", Accepted))
	o.Apply(envAt(now), refundAnswerOf("r1", Unknown))
	if next := o.refund("r1").Todo.At; next.Before(now.Add(DefaultTimers().RefundApart)) {
		t.Errorf("r1 is sent again %v after r2", next.Sub(now))
	}
}

func TestARefundThatIsRefusedForNowDoesNotWaitForTheOneBehindIt(t *testing.T) {
	o, _ := bothAsked(t)
	o.Apply(envAt(asked), refundAnswerOf("r1", NotNow))
	if next := o.refund("r1").Todo.At; next.After(asked.Add(1250 * time.Millisecond)) {
		t.Errorf("r1 is sent again after %v", next.Sub(asked))
	}
}
