package order

import (
	"fmt"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// confused is an order in service whose gateway sent more ends that break a rule than are kept.
func confused(t *testing.T) *Order {
	t.Helper()
	o := serving(t)
	for i := range keptRejections + 1 {
		o.Apply(envAt(t0.Add(time.Minute)), endOf(fmt.Sprint("end", i), 20_001))
	}
	return o
}

func TestAConfusedGatewayLeavesNoRequestOfTheBackOfficeUnanswered(t *testing.T) {
	o := confused(t)
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), modifyAsk("early", 100))
	wantRejected(t, events, "not_pending")
	o.Apply(envAt(t0.Add(time.Minute)), endOf("good", 350))
	o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))}))
	o.Apply(envAt(t0.Add(time.Minute)), modifyAsk("m1", 100))
	o.Apply(envAt(t0.Add(time.Minute)), Answered{Op: OpModify, Verdict: Refusal, Reason: "rule"})
	events, _ = o.Apply(envAt(t0.Add(time.Minute)), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))}))
	wantRejected(t, events, "provider_refused")
}

func TestAConfusedBackOfficeLeavesNoAcceptedRequestUnansweredAndNoGatewayUntold(t *testing.T) {
	o := pending(t, 350)
	now := t0.Add(time.Hour)
	for i := range keptDesk + 1 {
		o.Apply(envAt(now), modifyAsk(fmt.Sprint("up", i), 351))
	}
	events, moved := o.Apply(envAt(now), modifyAsk("more", 351))
	if wantEvents(t, events); moved || len(o.Rejections) != keptDesk {
		t.Errorf("%d refusals are kept", len(o.Rejections))
	}
	o.Apply(envAt(now), cancelAsk("c1"))
	events, _ = o.Apply(envAt(now), answer(OpQuery, Accepted, paidSeen(350)))
	wantRejected(t, events, "already_paid")
	events, _ = o.Apply(envAt(now), endOf("another", 100))
	wantRejected(t, events, "already_ended")
}

func TestARepetitionThatIsRefusedDoesNotUndoWhatWeChatAccepted(t *testing.T) {
	o := pending(t, 350)
	now := t0.Add(time.Hour)
	stillCollecting := answer(OpQuery, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))})
	o.Apply(envAt(now), elsewhereAsk("e1"))
	o.Apply(envAt(now), Answered{Op: OpSync, Verdict: Accepted}) // a partner's answer is empty (§6.12)
	o.Apply(envAt(now), stillCollecting)                         // a look that came too early
	o.Apply(envAt(now), Answered{Op: OpSync, Verdict: Ask, Reason: "wrong_state"})
	events, _ := o.Apply(envAt(now), stillCollecting)
	if wantRejected(t, events); o.State != Syncing || o.PaidElsewhere != 350 {
		t.Fatalf("got %s, paid elsewhere %d", o.State, o.PaidElsewhere)
	}
	events, _ = o.Apply(envAt(o.Next().At), answer(OpQuery, Accepted, byMerchant(350)))
	if wantEvents(t, events, WasPaid{}); o.Desk[0].Outcome != "order.paid" {
		t.Errorf("answered with %q", o.Desk[0].Outcome)
	}
}

func TestTheBackOfficeCannotUseTheNumbersOfOurOwnRefunds(t *testing.T) {
	o := pending(t, 350)
	events, _ := o.Apply(envAt(t0.Add(time.Hour)), modifyAsk("auto-1", 100))
	if wantRejected(t, events, "request_id"); o.State != PaymentPending {
		t.Errorf("got %s", o.State)
	}
}
