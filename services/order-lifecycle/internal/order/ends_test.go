package order

import (
	"fmt"
	"testing"
	"time"
)

func TestAnEndThatWasAcceptedIsAnsweredAndKnownHoweverManyFactsOfItsKioskWereRefused(t *testing.T) {
	for name, undone := range map[string]func(*Order){
		"WeChat refuses it": func(o *Order) {
			o.Apply(envAt(t0.Add(time.Minute)), Answered{Op: OpComplete, Verdict: Refusal, Reason: "rule"})
			o.Apply(envAt(t0.Add(time.Minute)), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := confused(t)
			end := endOf("good", 350)
			o.Apply(envAt(t0.Add(time.Minute)), end)
			undone(o)
			wantOneRejectionOf(t, o, "good")
			events, moved := o.Apply(envAt(t0.Add(2*time.Minute)), end) // redelivered
			if wantEvents(t, events); moved || o.State != InService {
				t.Errorf("a redelivery made the order %s", o.State)
			}
		})
	}
}

func TestAnEndThatWaitedInVainIsAnsweredAndKnownHoweverManyFactsOfItsKioskWereRefused(t *testing.T) {
	o := New("m1", "N1")
	env := envAt(t0)
	o.Apply(env, SessionOpened{DeviceID: "K1", ServiceID: "500001", OpenedAt: t0, ExpiresAt: t0.Add(time.Hour)})
	for i := range keptRejections + 1 {
		o.Apply(env, FaceSucceeded{ID: fmt.Sprint("face", i), ServiceID: "500001", RiskFund: 20_001})
	}
	end := endOf("good", 350)
	o.Apply(env, end)
	o.Apply(envAt(o.Next().At), TimePassed{}) // no face result came
	wantOneRejectionOf(t, &o, "good")
	if events, moved := o.Apply(envAt(o.Next().At), end); moved {
		t.Errorf("a redelivery was taken as another end: %v", events)
	}
}

// TestEndsThatWereAcceptedAreKeptForEverAndBounded: what is kept for ever must not grow for ever.
func TestEndsThatWereAcceptedAreKeptForEverAndBounded(t *testing.T) {
	o := serving(t)
	now := t0.Add(time.Minute)
	for i := range keptEnds {
		o.Apply(envAt(now), endOf(fmt.Sprint("end", i), 350))
		o.Apply(envAt(now), Answered{Op: OpComplete, Verdict: Refusal, Reason: "rule"})
		o.Apply(envAt(now), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
		wantOneRejectionOf(t, o, fmt.Sprint("end", i))
	}
	events, _ := o.Apply(envAt(now), endOf("one more", 350))
	for _, e := range events {
		if _, ok := e.(IsCompleting); ok {
			t.Error("one more was accepted")
		}
	}
	for i := range keptEnds {
		if _, moved := o.Apply(envAt(now), endOf(fmt.Sprint("end", i), 350)); moved {
			t.Errorf("end%d was forgotten", i)
		}
	}
}

func wantOneRejectionOf(t *testing.T, o *Order, factID string) {
	t.Helper()
	n := 0
	for _, r := range o.Rejections {
		if r.FactID == factID {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%s was refused %d times", factID, n)
	}
}
