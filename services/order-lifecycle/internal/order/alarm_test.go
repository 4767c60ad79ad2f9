package order

import (
	"slices"
	"testing"
	"time"
)

// silence lets no query be answered for so long, and counts how often a code was told.
func silence(o *Order, from time.Time, length time.Duration, code string) (told int, until time.Time) {
	now := from
	for now.Before(from.Add(length)) {
		events, _ := o.Apply(envAt(now), Answered{Op: OpQuery, Verdict: Unknown})
		if slices.Contains(events, Event(Alarm{code})) {
			told++
		}
		now = o.Next().At
	}
	return told, now
}

func TestTheSecondWaitWithoutAnAnswerIsToldLikeTheFirst(t *testing.T) {
	o := pending(t, 350)
	first, now := silence(o, hour, 10*time.Minute, "no_definite_answer")
	o.Apply(envAt(now), answer(OpQuery, Accepted, stillOwed(350)))
	second, _ := silence(o, now.Add(7*24*time.Hour), 7*24*time.Hour, "no_definite_answer")
	if first != 1 || second != 1 {
		t.Errorf("told %d times in ten minutes, %d times in the week after", first, second)
	}
}

func TestEveryRefundHasAlarmsOfItsOwn(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), answer(OpQuery, Accepted, paidSeen(350)))
	for i, id := range []string{"r1", "r2"} {
		now := hour.Add(time.Duration(i) * time.Hour)
		o.Apply(envAt(now), refundAsk(id, 100))
		events, _ := o.Apply(envAt(now), RefundAnswered{RequestID: id, Op: OpRefund, Verdict: NotNow, Balance: true})
		wantEvents(t, events, Alarm{"refund_balance_too_low"})
		events, _ = o.Apply(envAt(now), RefundAnswered{RequestID: id, Op: OpRefund, Verdict: NotNow, Balance: true})
		wantEvents(t, events)
	}
}

func TestAMistakeOfConfigurationThatComesBackIsToldAgain(t *testing.T) {
	o := pending(t, 350)
	for range 2 {
		events, _ := o.Apply(envAt(hour), Answered{Op: OpQuery, Verdict: Misconfigured})
		wantEvents(t, events, Alarm{"configuration"})
		events, _ = o.Apply(envAt(hour), Answered{Op: OpQuery, Verdict: Misconfigured})
		wantEvents(t, events)
		o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
	}
}

func TestAServiceWhoseEndWasLostIsToldAtEachAge(t *testing.T) {
	o, env := New("m1", "N1"), envAt(t0)
	env.Terms.LongService = 6 * time.Hour
	o.Apply(env, FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(env, answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM", OrderID: "W1"}))
	var told []time.Duration
	for now := o.Next().At; now.Before(t0.Add(365 * 24 * time.Hour)); now = o.Next().At {
		env.Now = now
		events, _ := o.Apply(env, answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
		if slices.Contains(events, Event(Alarm{"in_service_long"})) {
			told = append(told, now.Sub(t0))
		}
	}
	day := 24 * time.Hour
	if !slices.Equal(told, []time.Duration{6 * time.Hour, day, 3 * day, 7 * day, 30 * day}) {
		t.Errorf("told at %v", told)
	}
	if o.OwedSince() != t0 {
		t.Errorf("it is not among what is outstanding: %v", o.OwedSince())
	}
}

func TestAnOrderThatWeChatCollectsThoughWeCancelledItIsAReceivable(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(hour), cancelAsk("d1"))
	o.Apply(envAt(hour), no(OpCancel, Ask))
	events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, stillOwed(350)))
	wantRejected(t, events, "provider_refused")
	if o.State != PaymentPending || o.OwedSince() != hour || o.Total() != 350 || !alarmed(o, "completed_elsewhere") {
		t.Errorf("%s over %d since %v, alarms %v", o.State, o.Total(), o.OwedSince(), o.Alarms)
	}
}
