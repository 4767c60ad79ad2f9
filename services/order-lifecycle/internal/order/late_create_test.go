package order

import (
	"testing"
	"time"
)

// refusedInDoubt is an order that was refused while an earlier send of its create was never answered.
func refusedInDoubt(t *testing.T) (*Order, time.Time) {
	t.Helper()
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Begin(t0)
	o.Apply(envAt(t0), Answered{Op: OpCreate, Verdict: Unknown})
	o.Apply(envAt(t0.Add(time.Second)), Answered{Op: OpCreate, Verdict: Refusal, Reason: "risk"})
	now := t0.Add(DefaultTimers().Settle)
	o.Apply(envAt(now), Answered{Op: OpQuery, Verdict: Missing})
	if o.State != Refused {
		t.Fatalf("got %s", o.State)
	}
	return &o, now
}

func TestACreateThatLandsAfterItsOrderWasRefusedIsFoundAndCancelled(t *testing.T) {
	for name, seen := range map[string]Seen{
		"in service":           {State: "DOING", Description: "USER_CONFIRM", OrderID: "W1"},
		"waiting for its user": {State: "CREATED", OrderID: "W1"},
	} {
		t.Run(name, func(t *testing.T) {
			o, _ := refusedInDoubt(t)
			if o.Todo.Op != OpQuery {
				t.Fatalf("nobody looks again: %+v", o.Todo)
			}
			now := o.Todo.At
			events, _ := o.Apply(envAt(now), answer(OpQuery, Accepted, seen))
			if wantEvents(t, events, Alarm{"found_after_refusal"}); o.Todo.Op != OpCancel || o.State != Refused {
				t.Fatalf("%s, next %+v", o.State, o.Todo)
			}
			body := string(o.Cancel.Body)
			o.Begin(now)
			o.Apply(envAt(now), Answered{Op: OpCancel, Verdict: Unknown})
			if o.Todo.Op != OpCancel || string(o.Cancel.Body) != body {
				t.Fatalf("after a lost answer: %+v", o.Todo)
			}
			events, _ = o.Apply(envAt(o.Todo.At), Answered{Op: OpCancel, Verdict: Accepted})
			if wantEvents(t, events); o.State != Refused || o.Next().Op != "" {
				t.Errorf("%s, next %+v", o.State, o.Next())
			}
		})
	}
}

func TestARefusedOrderThatWasInDoubtIsLookedForUntilNotFoundIsDefinite(t *testing.T) {
	o, now := refusedInDoubt(t)
	looks := 0
	for o.Todo.Op == OpQuery && looks < 20 {
		now = o.Todo.At
		looks++
		if events, _ := o.Apply(envAt(now), Answered{Op: OpQuery, Verdict: Missing, AskedIn: Refused, AskedAt: now}); len(events) > 0 {
			t.Errorf("told %v", events)
		}
	}
	if o.Todo.Op != "" || looks < 3 || now.Sub(t0) < 24*time.Hour {
		t.Errorf("%d looks in %v, next %+v", looks, now.Sub(t0), o.Todo)
	}
}

func TestARefusedOrderThatNeverWasInDoubtIsNotLookedFor(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(envAt(t0), Answered{Op: OpCreate, Verdict: Refusal, Reason: "risk"})
	if o.State != Refused || o.Todo.Op != "" {
		t.Errorf("%s, next %+v", o.State, o.Todo)
	}
}
