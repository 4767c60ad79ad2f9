package order

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// askedThen is an answer to what was asked at some time.
func askedThen(a Answered, at time.Time) Answered {
	a.AskedAt, a.AskedIn = at, PaymentPending
	return a
}

func TestAnAnswerThatWasAskedForBeforeWhatWeKnowIsNotBelieved(t *testing.T) {
	o := pending(t, 350)
	hour := t0.Add(time.Hour)
	o.Apply(envAt(hour), askedThen(answer(OpQuery, Accepted, partly()), hour))
	paid, todo := o.PaidFen, o.Todo
	if paid == 0 {
		t.Fatal("no part is collected")
	}
	stale := Seen{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING", Total: new(money.Fen(350))}
	events, moved := o.Apply(envAt(hour.Add(time.Minute)), askedThen(answer(OpQuery, Accepted, stale), t0.Add(time.Minute)))
	if wantEvents(t, events); moved || o.PaidFen != paid || o.Todo != todo {
		t.Errorf("an answer of an hour ago: paid %d became %d, next %+v", paid, o.PaidFen, o.Todo)
	}
	// And with it no guard is passed: a part is paid.
	events, _ = o.Apply(envAt(hour.Add(time.Minute)), cancelAsk("c1"))
	wantRejected(t, events, "partly_paid")
}

func TestTheOldAnswerToARequestTakesNoMoneyBackThatAQueryShowed(t *testing.T) {
	o := pending(t, 350)
	hour := t0.Add(time.Hour)
	o.Apply(envAt(hour), modifyAsk("m1", 340))
	o.Apply(envAt(hour.Add(time.Minute)), askedThen(answer(OpModify, Unknown, Seen{}), hour))
	shown := answer(OpQuery, Accepted, partly())
	shown.AskedAt, shown.AskedIn = hour.Add(2*time.Minute), Modifying
	o.Apply(envAt(hour.Add(2*time.Minute)), shown)
	paid := o.PaidFen
	slow := answer(OpModify, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Collection: "USER_PAYING", Total: new(money.Fen(350))})
	slow.AskedAt, slow.About = hour, "m1"
	o.Apply(envAt(hour.Add(3*time.Minute)), slow)
	if paid == 0 || o.PaidFen != paid {
		t.Errorf("paid %d became %d", paid, o.PaidFen)
	}
}

// skewed is a receivable that the customer paid elsewhere and WeChat would not hear of, and that was asked about by a replica
// whose clock is two minutes ahead of t0 + 1 h.
func skewed(t *testing.T) *Order {
	t.Helper()
	o, ahead := pending(t, 350), t0.Add(time.Hour+2*time.Minute)
	o.Apply(envAt(ahead), elsewhereAsk("e1"))
	o.Apply(envAt(ahead), Answered{Op: OpSync, Verdict: Refusal, Reason: "wrong_state", AskedAt: ahead, About: "e1"})
	shown := answer(OpQuery, Accepted, stillOwed(350))
	shown.AskedAt, shown.AskedIn = ahead, Syncing
	if o.Apply(envAt(ahead), shown); !o.KnownAt.Equal(ahead) {
		t.Fatalf("known at %v", o.KnownAt)
	}
	return o
}

func TestAPaymentThatIsToldToAReplicaWithASlowClockIsCountedAndGivenBack(t *testing.T) {
	o := skewed(t)
	o.Apply(envAt(t0.Add(time.Hour)), Observed{told(paidSeen(350))})
	if o.State != Paid || o.PaidFen != 350 || back(o) != 350 {
		t.Errorf("%s, paid %d, %d go back, want 350 of 350", o.State, o.PaidFen, back(o))
	}
}

func TestAProofInTheAnswerToAnOldRequestIsConfirmedByAQuery(t *testing.T) {
	o := skewed(t)
	slow := answer(OpSync, Accepted, paidSeen(350))
	slow.AskedAt, slow.About = t0.Add(time.Hour), "e1"
	if o.Apply(envAt(t0.Add(time.Hour)), slow); o.State != Syncing || o.Todo.Op != OpQuery {
		t.Fatalf("%s, paid %d, next %+v", o.State, o.PaidFen, o.Todo)
	}
	now := t0.Add(time.Hour + 3*time.Minute)
	proof := answer(OpQuery, Accepted, paidSeen(350))
	proof.AskedAt, proof.AskedIn = now, Syncing
	if o.Apply(envAt(now), proof); o.State != Paid || o.PaidFen != 350 || back(o) != 350 {
		t.Errorf("%s, paid %d, %d go back, want 350 of 350", o.State, o.PaidFen, back(o))
	}
}

// TestANotificationWithoutGroundMakesNoWaitShorterNorLonger: it is asked about, and then the order waits as long as it would have.
func TestANotificationWithoutGroundMakesNoWaitShorterNorLonger(t *testing.T) {
	session := SessionOpened{DeviceID: "K1", ServiceID: "500001", OpenedAt: t0, ExpiresAt: t0.Add(time.Hour)}
	phone := FaceFailed{ID: "face1", ServiceID: "500001", ReturnCode: "SCAN_PAYMENT"}
	for name, facts := range map[string][]Fact{
		"a user who has not authorised yet": {wish("wish1")},
		"a session":                         {session},
		"a parked end":                      {session, endOf("end1", 350)},
		"a customer with a phone":           {session, phone},
	} {
		t.Run(name, func(t *testing.T) {
			o, env := New("m1", "N1"), envAt(t0)
			env.Terms.ServiceByPhone = true
			for _, f := range facts {
				if e, ok := f.(ServiceEnded); ok {
					e.End.HeardAt = t0
					f = e
				}
				o.Apply(env, f)
			}
			want := o.Todo
			env.Now = t0.Add(time.Minute)
			o.Apply(env, Observed{told(paidSeen(350))})
			if o.Todo.Op != OpQuery {
				t.Fatalf("it is not asked about: %+v", o.Todo)
			}
			env.Now = t0.Add(2 * time.Minute)
			o.Apply(env, Answered{Op: OpQuery, Verdict: Missing})
			if o.Todo != want {
				t.Errorf("the order waits until %v, want %v", o.Todo.At.Sub(t0), want.At.Sub(t0))
			}
		})
	}
}

func TestALateAnswerToARequestMakesWhatWeKnowNoOlder(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(hour), modifyAsk("m1", 200))
	o.Apply(envAt(hour.Add(time.Minute)), answer(OpQuery, Accepted, stillOwed(350)))
	late := answer(OpModify, Accepted, stillOwed(350))
	late.AskedAt = hour.Add(time.Second)
	o.Apply(envAt(hour.Add(2*time.Minute)), late)
	if known := hour.Add(time.Minute); !o.KnownAt.Equal(known) {
		t.Errorf("what we know is of %v, want %v", o.KnownAt, known)
	}
}
