package order

import "testing"

func TestARequestThatComesAgainIsAnsweredOnce(t *testing.T) {
	for name, ask := range map[string]Fact{
		"modify": modifyAsk("d1", 200), "elsewhere": elsewhereAsk("d1"), "collect": collectAsk("d1"), "cancel": cancelAsk("d1"),
		"refused": modifyAsk("d1", 400),
	} {
		o := pending(t, 350)
		o.Apply(envAt(hour), ask)
		if events, moved := o.Apply(envAt(hour), ask); moved || len(events) > 0 {
			t.Errorf("%s: again it makes %v", name, events)
		}
	}
	o := refunding(t)
	if events, moved := o.Apply(envAt(hour), refundAsk("r1", 100)); moved || len(events) > 0 {
		t.Errorf("refund: again it makes %v", events)
	}
}

func TestTheDoorStaysClosedUntilWeChatSaysThatTheUserConfirmed(t *testing.T) {
	for name, news := range map[string]Fact{
		"a query":        answer(OpQuery, Accepted, Seen{State: "CREATED", OrderID: "W1"}),
		"a notification": Observed{told(Seen{State: "DOING", Description: "USER_CONFIRM", ServiceID: "500001"})},
		"no answer":      no(OpQuery, Unknown),
	} {
		o, env := waiting(t)
		events, _ := o.Apply(env, news)
		if wantEvents(t, events); o.State != AwaitingConfirm {
			t.Errorf("%s: got %s", name, o.State)
		}
	}
}

func TestACancelBesideACancelUsesItsNumberAndIsNotAnsweredAgainAfterTheEnd(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(hour), cancelAsk("d1"))
	o.Apply(envAt(hour), cancelAsk("d2"))
	other := cancelAsk("d2")
	other.FactID = "another"
	events, _ := o.Apply(envAt(hour), other)
	wantRejected(t, events, "request_id_conflict")
	o.Apply(envAt(hour), answer(OpCancel, Accepted, Seen{}))
	if events, _ := o.Apply(envAt(hour), cancelAsk("d2")); o.State != Revoked || len(events) > 0 {
		t.Errorf("%s: it is answered again: %v", o.State, events)
	}
}

func TestAnOrderThatExpiredBeforeOurCancelIsExpired(t *testing.T) {
	o, env := waiting(t)
	o.Apply(env, cancelAsk("d1"))
	o.Apply(env, no(OpCancel, Ask))
	events, _ := o.Apply(env, answer(OpQuery, Accepted, Seen{State: "EXPIRED"}))
	if wantEvents(t, events, WasExpired{}); o.State != Expired {
		t.Errorf("got %s", o.State)
	}
}
