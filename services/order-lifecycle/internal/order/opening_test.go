package order

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// opening is an order whose create was begun at t0.
func opening(t *testing.T) *Order {
	t.Helper()
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", DeviceID: "K1", RiskFund: 10_000})
	o.Begin(t0)
	return &o
}

func TestAnOrderNobodyWaitsForIsNotSentAgainUnlessItMayExist(t *testing.T) {
	late := t0.Add(DefaultTimers().OpenWithin + time.Millisecond)
	for name, c := range map[string]struct {
		facts []Fact
		want  []Event
		state State
	}{
		"too frequent":          {[]Fact{no(OpCreate, NotNow)}, []Event{Alarm{"open_timeout"}, WasRefused{"open_timeout"}}, Refused},
		"our keys":              {[]Fact{no(OpCreate, Misconfigured)}, []Event{Alarm{"configuration"}, Alarm{"open_timeout"}, WasRefused{"configuration"}}, Refused},
		"aborted":               {[]Fact{ServiceAborted{ID: "abort1"}, no(OpCreate, NotNow)}, []Event{WasRefused{"service_aborted"}}, Refused},
		"unknown":               {[]Fact{no(OpCreate, Unknown)}, []Event{Alarm{"open_timeout"}}, Opening},
		"in doubt and too late": {[]Fact{no(OpCreate, Unknown), no(OpCreate, NotNow)}, []Event{Alarm{"open_timeout"}}, Opening},
	} {
		o := opening(t)
		var events []Event
		for _, f := range c.facts {
			more, _ := o.Apply(envAt(late), f)
			events = append(events, more...)
		}
		if o.State != c.state || !cmp.Equal(events, c.want) {
			t.Errorf("%s: got %s, %v; want %s, %v", name, o.State, events, c.state, c.want)
		}
		if o.State == Opening && o.Todo.Op != OpCreate {
			t.Errorf("%s: next is %s, want the identical create", name, o.Todo.Op)
		}
	}
}

func TestAServiceMayStartUntilTheLastMomentOfOpenWithin(t *testing.T) {
	for wait, want := range map[time.Duration]State{30 * time.Second: InService, 30*time.Second + time.Millisecond: Cancelling} {
		o := opening(t)
		o.Apply(envAt(t0.Add(wait)), answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
		if o.State != want {
			t.Errorf("after %v: got %s, want %s", wait, o.State, want)
		}
	}
}

func TestAnAbortBeforeTheFirstSendSendsNothing(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	events, _ := o.Apply(envAt(t0), ServiceAborted{ID: "abort1"})
	wantEvents(t, events, WasAbandoned{"service_aborted"})
	o = *opening(t)
	events, _ = o.Apply(envAt(t0), ServiceAborted{ID: "abort1"})
	wantEvents(t, events)
	events, _ = o.Apply(envAt(t0), answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	wantEvents(t, events)
	if o.State != Cancelling || o.Unwanted != "service_aborted" {
		t.Errorf("got %s, unwanted for %q", o.State, o.Unwanted)
	}
}

func TestAFaceResultThatWaitedTooLongForUsIsRefusedAndNothingIsSent(t *testing.T) {
	face := FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000, Waited: DefaultTimers().OpenWithin + time.Second}
	o := New("m1", "N1")
	events, _ := o.Apply(envAt(t0), face)
	want := []Event{Alarm{"open_timeout"}, WasRefused{"open_timeout"}}
	if o.State != Refused || o.Create.Body != nil || !cmp.Equal(events, want) {
		t.Fatalf("got %s, %v, body %q", o.State, events, o.Create.Body)
	}
	// What it waited counts towards the time in which the service may start.
	o, face.Waited = New("m1", "N2"), DefaultTimers().OpenWithin-time.Second
	o.Apply(envAt(t0), face)
	o.Apply(envAt(t0.Add(2*time.Second)), answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	if o.State != Cancelling {
		t.Fatalf("got %s, want it cancelled: the customer stood there for longer than open_within", o.State)
	}
}

func TestAnOrderFoundAfterTheOpenTimeoutIsCancelledAndNeverOpened(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(envAt(t0.Add(10*time.Second)), Answered{Op: OpCreate, Verdict: Unknown})
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	if o.State != Cancelling || o.Todo.Op != OpCancel {
		t.Fatalf("got %s, next %s", o.State, o.Todo.Op)
	}
	if want := []Event{Alarm{"open_timeout"}}; !cmp.Equal(events, want) {
		t.Errorf("got %v, want %v", events, want)
	}
}
