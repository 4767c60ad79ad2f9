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
