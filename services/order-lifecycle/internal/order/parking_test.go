package order

import (
	"fmt"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

func codes(events []Event) (codes []string) {
	for _, e := range events {
		if r, ok := e.(WasRejected); ok {
			codes = append(codes, r.Rejection.Code)
		}
	}
	return codes
}

func wantRejected(t *testing.T, events []Event, want ...string) {
	t.Helper()
	if got := codes(events); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("refused with %v, want %v", got, want)
	}
}

// shortVisit is an order whose end came in the second of its start.
func shortVisit(t *testing.T) *Order {
	t.Helper()
	o := serving(t)
	o.Apply(envAt(t0), ServiceEnded{End{FactID: "end1", Total: 350, Lines: []money.Fen{350}, HeardAt: t0}})
	if o.Parked == nil || o.Todo.Op != Think {
		t.Fatalf("not parked: %+v", o.Todo)
	}
	return o
}

func TestAParkedEndIsTakenWhateverIsAskedInBetween(t *testing.T) {
	o := shortVisit(t)
	o.Apply(envAt(t0), Observed{told(paidSeen(350))}) // asks at once, and forgets the moment to think
	o.Apply(envAt(t0.Add(time.Second)), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	if o.Todo.Op != Think || o.Parked == nil {
		t.Fatalf("next %+v", o.Todo)
	}
	if o.Apply(envAt(o.Todo.At), TimePassed{}); o.State != Completing {
		t.Errorf("got %s", o.State)
	}
}

func TestAParkedEndKeepsOthersOut(t *testing.T) {
	o := shortVisit(t)
	events, _ := o.Apply(envAt(t0), endOf("end2", 100))
	wantRejected(t, events, "already_ended")
	events, _ = o.Apply(envAt(t0), ServiceAborted{ID: "abort1"})
	wantRejected(t, events, "already_ended")
	events, moved := o.Apply(envAt(t0), ServiceEnded{End{FactID: "end1", Total: 350, Lines: []money.Fen{350}, HeardAt: t0}})
	if wantRejected(t, events); moved {
		t.Error("its repetition changed something")
	}
}

func TestAnEndOfAServiceThatLeftTheConfigurationWaitsForIt(t *testing.T) {
	o := serving(t)
	now := t0.Add(time.Minute)
	unknown := envAt(now)
	unknown.Terms = Terms{}
	events, _ := o.Apply(unknown, endOf("end1", 350))
	wantEvents(t, events, Alarm{"service_not_configured"})
	if o.State != InService || o.Parked == nil || o.Todo != (Todo{Op: Think, At: now.Add(10 * time.Minute)}) {
		t.Fatalf("got %s, next %+v", o.State, o.Todo)
	}
	unknown.Now = o.Todo.At
	events, _ = o.Apply(unknown, TimePassed{})
	wantEvents(t, events)
	if o.Todo.At != unknown.Now.Add(10*time.Minute) {
		t.Fatalf("next %+v", o.Todo)
	}
	if o.Apply(envAt(o.Todo.At), TimePassed{}); o.State != Completing || o.Total() != 350 {
		t.Errorf("got %s over %d", o.State, o.Total())
	}
}

func TestAParkedEndMayExpireBeforeTheSession(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), SessionOpened{ServiceID: "500001", OpenedAt: t0, ExpiresAt: t0.Add(time.Hour)})
	o.Apply(envAt(t0), endOf("end1", 350))
	events, _ := o.Apply(envAt(o.Todo.At), TimePassed{})
	wantRejected(t, events, "no_face_result")
	if o.State != Attempt || o.Parked != nil || o.Todo.At != t0.Add(70*time.Minute) {
		t.Fatalf("got %s, next %+v", o.State, o.Todo)
	}
	events, _ = o.Apply(envAt(o.Todo.At), TimePassed{})
	wantEvents(t, events, WasAbandoned{"session_expired"})
}

func TestARefusedEndDoesNotPutOffADueLook(t *testing.T) {
	o := serving(t)
	now := t0.Add(time.Minute)
	o.Apply(envAt(now), no(OpQuery, Unknown))
	due := o.Todo
	events, _ := o.Apply(envAt(now), endOf("end1", 20_001))
	if wantRejected(t, events, "total_amount_cap"); o.Todo != due {
		t.Errorf("next %+v, want %+v", o.Todo, due)
	}
}

func TestAConfusedGatewayIsBoundedAndAlarmedOnce(t *testing.T) {
	o := serving(t)
	now := t0.Add(time.Minute)
	for i := range 40 {
		events, moved := o.Apply(envAt(now), endOf(fmt.Sprint("end", i), 20_001))
		switch {
		case i < 32:
			wantRejected(t, events, "total_amount_cap")
		case i == 32:
			wantEvents(t, events, Alarm{"too_many_rejected_facts"})
		case len(events) > 0 || !moved && i < 32:
			t.Errorf("number %d: %v", i, events)
		}
	}
	if len(o.Rejections) != 32 {
		t.Errorf("%d refusals are kept", len(o.Rejections))
	}
	if o.Apply(envAt(now), endOf("good", 350)); o.State != Completing {
		t.Errorf("a good end then: got %s", o.State)
	}
}

func TestAnAcceptedFactIsNotRefusedWhenItComesAgain(t *testing.T) {
	gone := fault.Invalid("service_id", "unknown_service", "the merchant has no such PayScore service")
	o := opening(t)
	if events, moved := o.Reject(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001"}, gone); moved || len(events) > 0 {
		t.Errorf("got %v", events)
	}
	// An abort while opening, too.
	o.Apply(envAt(t0), ServiceAborted{ID: "abort1"})
	o.Apply(envAt(t0), answer(OpQuery, Accepted, paidSeen(350)))
	if events, moved := o.Apply(envAt(t0), ServiceAborted{ID: "abort1"}); moved || len(events) > 0 || o.State != Paid {
		t.Errorf("got %s, %v", o.State, events)
	}
	// An abort stays an accepted one, also when the order is paid after all.
	o = serving(t)
	o.Apply(envAt(t0), ServiceAborted{ID: "abort1"})
	o.Apply(envAt(t0), answer(OpQuery, Accepted, paidSeen(350)))
	if events, moved := o.Apply(envAt(t0), ServiceAborted{ID: "abort1"}); moved || len(events) > 0 || o.State != Paid {
		t.Errorf("got %s, %v", o.State, events)
	}
}

func TestARefusedFaceResultFindsTheWayBackToItsKiosk(t *testing.T) {
	for _, f := range []Fact{FaceSucceeded{ID: "face1", DeviceID: "K1"}, FaceFailed{ID: "face1", DeviceID: "K1"}} {
		o := New("m1", "N1")
		events, moved := o.Reject(envAt(t0), f, fault.Invalid("service_id", "unknown_service", "no"))
		wantRejected(t, events, "unknown_service")
		if !moved || o.DeviceID != "K1" || o.ServiceID != "" || o.Todo.Op != Think {
			t.Errorf("%T: device %q, service %q, next %+v", f, o.DeviceID, o.ServiceID, o.Todo)
		}
	}
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", DeviceID: "K1"})
	if o.DeviceID != "K1" || len(o.Rejections) != 1 {
		t.Errorf("device %q, refused %v", o.DeviceID, o.Rejections)
	}
}

func TestTheEndTimeLiesBetweenTheStartAndTheCall(t *testing.T) {
	now := t0.Add(time.Minute + 300*time.Millisecond)
	for name, c := range map[string]struct{ told, want time.Time }{
		"unset":            {time.Time{}, t0.Add(30 * time.Second)},
		"told":             {t0.Add(20*time.Second + 900*time.Millisecond), t0.Add(20 * time.Second)},
		"a little ahead":   {now.Add(time.Minute), t0.Add(58 * time.Second)},
		"before the start": {t0.Add(-time.Minute), t0.Add(time.Second)},
	} {
		o := serving(t)
		o.Apply(envAt(now), ServiceEnded{End{FactID: "end1", Total: 1, Lines: []money.Fen{1}, At: c.told, HeardAt: t0.Add(30 * time.Second)}})
		if o.State != Completing || !o.Ended.At.Equal(c.want) {
			t.Errorf("%s: got %s, ended %v, want %v", name, o.State, o.Ended.At, c.want)
		}
	}
}

func TestAVisitTooShortWaitsUntilItsEndLiesBehindItsStart(t *testing.T) {
	o := serving(t)
	f := ServiceEnded{End{FactID: "end1", Total: 350, Lines: []money.Fen{350}, HeardAt: t0}}
	o.Apply(envAt(t0), f)
	if o.State != InService || o.Parked == nil || o.Todo.Op != Think {
		t.Fatalf("got %s, next %+v", o.State, o.Todo)
	}
	at := o.Todo.At
	o.Apply(envAt(at), TimePassed{})
	if o.State != Completing || !o.Ended.At.After(o.StartedAt) || !o.Ended.At.Before(at) {
		t.Fatalf("got %s, start %v, end %v, now %v", o.State, o.StartedAt, o.Ended.At, at)
	}
}

func TestAnEndBeforeItsFaceResultIsParkedAndTakenUpLater(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), ServiceEnded{End{FactID: "end1", Total: 350, Lines: []money.Fen{350}, HeardAt: t0}})
	if o.State != Attempt || o.Todo.Op != Think {
		t.Fatalf("got %s, next %+v", o.State, o.Todo)
	}
	now := t0.Add(5 * time.Second)
	o.Apply(envAt(now), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(envAt(now), answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	o.Apply(envAt(o.Todo.At), TimePassed{})
	if o.State != Completing || o.Total() != 350 {
		t.Fatalf("got %s over %d", o.State, o.Total())
	}
}

func TestAParkedEndWithoutFaceResultIsRefusedAfterTheParkingTime(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), endOf("end1", 350))
	events, _ := o.Apply(envAt(t0.Add(10*time.Minute)), TimePassed{})
	if o.State != Abandoned || len(events) != 2 {
		t.Fatalf("got %s, %v", o.State, events)
	}
	wantRejected(t, events[:1], "no_face_result")
	if id := events[0].(WasRejected).Rejection.FactID; id != "end1" {
		t.Errorf("%s was refused", id)
	}
}
