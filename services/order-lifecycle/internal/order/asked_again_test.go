package order

import (
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// stamped is a refund as the back office sends it at some time: the same id, since the time is not part of what is asked for.
func stamped(id string, fen money.Fen, sent time.Time) RefundAsked {
	r := refundAsk(id, fen)
	r.SentAt = sent
	return r
}

func TestARequestThatIsStampedAnewGetsItsFirstAnswerAgain(t *testing.T) {
	o := paid(t)
	now := t0.Add(time.Hour)
	o.Apply(envAt(now), stamped("r1", 100, now))
	accepted := o.Desk[0]

	// It is on its way: nothing is refused, and nothing is asked for twice.
	again := now.Add(time.Minute)
	events, moved := o.Apply(envAt(again), stamped("r1", 100, again))
	accepted.SentAt = again
	if wantEvents(t, events, WasAskedAgain{accepted}); !moved || len(o.Refunds) != 1 || len(o.Rejections) != 0 {
		t.Errorf("%d refunds, refused %v", len(o.Refunds), o.Rejections)
	}
	// The broker brings the same message once more.
	if events, moved = o.Apply(envAt(again), stamped("r1", 100, again)); moved {
		t.Errorf("a redelivery was answered with %v", events)
	}

	o.Apply(envAt(again), RefundAnswered{RequestID: "r1", Op: OpRefund, Verdict: Accepted, Seen: &SeenRefund{Status: "SUCCESS"}})
	again = again.Add(time.Minute)
	events, _ = o.Apply(envAt(again), stamped("r1", 100, again))
	accepted.SentAt, accepted.Outcome = again, "order.refunded"
	if wantEvents(t, events, WasAskedAgain{accepted}); o.RefundedFen != 100 || len(o.Refunds) != 1 {
		t.Errorf("%d went back by %d refunds", o.RefundedFen, len(o.Refunds))
	}
}

func TestARequestThatWasRefusedAndIsStampedAnewIsRefusedAgainForTheSameReason(t *testing.T) {
	o := pending(t, 350)
	now := t0.Add(time.Hour)
	ask := modifyAsk("m1", 400)
	o.Apply(envAt(now), ask)
	o.Apply(envAt(now), modifyAsk("m2", 200)) // meanwhile the order is busy
	ask.SentAt = now.Add(time.Minute)
	events, _ := o.Apply(envAt(ask.SentAt), ask)
	if wantRejected(t, events, "modify_upwards"); len(o.Rejections) != 1 {
		t.Errorf("kept %d refusals of one request", len(o.Rejections))
	}
	// And one that WeChat refused.
	o.Apply(envAt(now), Answered{Op: OpModify, Verdict: Refusal, Reason: "rule"})
	o.Apply(envAt(now), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))}))
	ask = modifyAsk("m2", 200)
	ask.SentAt = now.Add(time.Minute)
	events, _ = o.Apply(envAt(ask.SentAt), ask)
	if wantRejected(t, events, "provider_refused"); o.State != PaymentPending {
		t.Errorf("got %s", o.State)
	}
}

// TestOtherContentUnderAUsedNumberIsAConflictThatInvitesToNothingWhileTheFirstIsUnderWay also of content that breaks a rule:
// told as that rule, it would read as the end of the first request.
func TestOtherContentUnderAUsedNumberIsAConflictThatInvitesToNothingWhileTheFirstIsUnderWay(t *testing.T) {
	o := paid(t)
	now := t0.Add(time.Hour)
	o.Apply(envAt(now), refundAsk("r1", 100))
	other := refundAsk("r1", 200)
	other.FactID = "other"
	broken := refundAsk("r1", 300)
	broken.FactID = "broken"
	events, _ := o.Apply(envAt(now), other)
	wantRejected(t, events, "request_id_conflict")
	more, _ := o.Reject(envAt(now), broken, fault.Invalid("reason", "field_too_long", "must be at most 80 characters"))
	wantRejected(t, more, "request_id_conflict")
	for _, e := range append(events, more...) {
		text := e.(WasRejected).Rejection.Reason
		if !strings.Contains(text, "under way") || strings.Contains(text, "needs") {
			t.Errorf("it says: %s", text)
		}
	}
	if len(o.Refunds) != 1 {
		t.Errorf("%d refunds", len(o.Refunds))
	}
	// The first goes on, and is still the one that its number names.
	first := refundAsk("r1", 100)
	first.SentAt = now.Add(time.Minute)
	events, _ = o.Apply(envAt(now), first)
	if len(events) != 1 || events[0].(WasAskedAgain).Request.Outcome != "" {
		t.Errorf("got %v", events)
	}
}

func TestANumberThatWasRefusedOnceIsUsedAlsoForAnotherRequest(t *testing.T) {
	o := pending(t, 350)
	now := t0.Add(time.Hour)
	o.Apply(envAt(now), modifyAsk("m1", 400))
	good := modifyAsk("m1", 200)
	good.FactID = "good"
	events, _ := o.Apply(envAt(now), good)
	if wantRejected(t, events, "request_id_conflict"); o.State != PaymentPending {
		t.Errorf("got %s", o.State)
	}
}
