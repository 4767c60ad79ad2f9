package order

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/money"
)

func no(op Op, v Verdict) Answered { return Answered{Op: op, Verdict: v, Reason: "risk"} }

func wantEvents(t *testing.T, got []Event, want ...Event) {
	t.Helper()
	if len(want) == 0 {
		want = nil
	}
	if !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestARefusalAfterASendThatNobodyAnsweredIsProvedByAQuery(t *testing.T) {
	o := opening(t) // and the process died
	restart := t0.Add(25 * time.Second)
	o.Begin(restart)
	o.Note(Call{Op: OpCreate}, o.Send(Todo{Op: OpCreate}))
	if events, _ := o.Apply(envAt(restart), no(OpCreate, Refusal)); o.State != Opening || o.Todo.Op != OpQuery || len(events) > 0 {
		t.Fatalf("got %s, next %+v, %v", o.State, o.Todo, events)
	}
	if want := restart.Add(time.Minute); o.Todo.At != want || o.Create.Tries != 2 {
		t.Errorf("asks at %v after %d sends, want %v after 2", o.Todo.At, o.Create.Tries, want)
	}
	o.Apply(envAt(o.Todo.At), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	if o.State != Cancelling {
		t.Errorf("an order found after a refusal: got %s, want it cancelled", o.State)
	}
}

func TestARefusalOfTheOnlySendIsFinalAtOnce(t *testing.T) {
	o := opening(t)
	o.Note(Call{Op: OpCreate}, o.Send(Todo{Op: OpCreate}))
	events, _ := o.Apply(envAt(t0), no(OpCreate, Refusal))
	wantEvents(t, events, WasRefused{"risk"})
	if !o.Create.SentAt.IsZero() {
		t.Error("the answered send is still open")
	}
}

func TestAnUnexplainedNoIsJudgedByWhatAQueryFinds(t *testing.T) {
	serving := answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"})
	for name, c := range map[string]struct {
		facts []Fact
		want  []Event
	}{
		"nothing there":               {[]Fact{no(OpCreate, Ask), no(OpQuery, Missing)}, []Event{Alarm{"create_refused_unexplained"}, WasRefused{"unexplained"}}},
		"somebody else's":             {[]Fact{no(OpCreate, Ask), serving}, []Event{Alarm{"number_taken"}, WasRefused{"number_taken"}}},
		"our own send in doubt":       {[]Fact{no(OpCreate, Unknown), no(OpCreate, Ask), serving}, []Event{Opened{}}},
		"nothing yet, still settling": {[]Fact{no(OpCreate, Unknown), no(OpCreate, Ask), no(OpQuery, Missing)}, nil},
	} {
		o := opening(t)
		var events []Event
		for _, f := range c.facts {
			more, _ := o.Apply(envAt(t0.Add(time.Second)), f)
			events = append(events, more...)
		}
		if !cmp.Equal(events, c.want) {
			t.Errorf("%s: got %v, want %v", name, events, c.want)
		}
	}
}

func TestACompletionInDoubtIsNotGivenBackBeforeItSettles(t *testing.T) {
	o := serving(t)
	now := t0.Add(time.Minute)
	o.Apply(envAt(now), endOf("end1", 350))
	o.Apply(envAt(now), no(OpComplete, Unknown))
	o.Apply(envAt(now), no(OpComplete, Refusal))
	serves := answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"})
	o.Apply(envAt(now.Add(59*time.Second)), serves) // asked early, because of a notification, say
	if o.State != Completing || o.Todo.Op != OpQuery || o.Todo.At != now.Add(time.Minute) {
		t.Fatalf("got %s, next %+v", o.State, o.Todo)
	}
	events, _ := o.Apply(envAt(now.Add(time.Minute)), serves)
	if o.State != InService || o.Ended != nil || o.Complete.Body != nil || len(events) != 2 {
		t.Fatalf("got %s, %v", o.State, events)
	}
	events, _ = o.Apply(envAt(now.Add(time.Minute)), endOf("end1", 350))
	wantEvents(t, events) // refused once, not again
}

func TestGapsGrowOverDifferentRequestsUntilAPersonIsTold(t *testing.T) {
	o := serving(t)
	now := t0.Add(time.Minute)
	o.Apply(envAt(now), endOf("end1", 350))
	var gaps []time.Duration
	for range 5 { // the complete is never answered, the query says that nothing was completed
		for _, f := range []Fact{no(OpComplete, Unknown), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"})} {
			o.Apply(envAt(now), f)
			gaps, now = append(gaps, o.Todo.At.Sub(now)), o.Todo.At
		}
	}
	for i, want := range []time.Duration{1e9, 3e9, 10e9, 20e9, 40e9, 80e9, 160e9, 300e9, 300e9, 300e9} {
		if gaps[i] < want || gaps[i] > want+want/4 {
			t.Errorf("gap %d is %v, want %v and at most a quarter more", i, gaps[i], want)
		}
	}
	if !cmp.Equal(alarmCodes(o), []string{"no_definite_answer"}) || o.Todo.Op != OpComplete {
		t.Errorf("alarms %v, next %s", o.Alarms, o.Todo.Op)
	}
}

func TestAWaitThatWeChatAsksForIsKept(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0), ServiceAborted{ID: "abort1"})
	o.Apply(envAt(t0), Answered{Op: OpCancel, Verdict: NotNow, After: 3 * time.Minute})
	if o.Todo.Op != OpCancel || o.Todo.At != t0.Add(3*time.Minute) {
		t.Errorf("next %+v, want the same cancel in 3 minutes", o.Todo)
	}
}

func TestAnAnswerToAQuestionOfAnotherStateIsWorthNothing(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	before := clone(*o)
	a := answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"})
	a.AskedIn = InService
	if events, moved := o.Apply(envAt(t0.Add(time.Minute)), a); moved || len(events) > 0 || !cmp.Equal(before, *o) {
		t.Errorf("moved to %+v, %v", o.Todo, events)
	}
}

func TestQuestionsThatCannotBeAskedAreAlarmed(t *testing.T) {
	for v, code := range map[Verdict]string{Misconfigured: "configuration", Refusal: "query_refused", Missing: "order_missing", NotOurs: "query_refused"} {
		for _, s := range []State{InService, Completing, PaymentPending, Cancelling} {
			o := *serving(t)
			o.State, o.Todo = s, Todo{Op: OpQuery, At: t0}
			o.Apply(envAt(t0), no(OpQuery, v))
			if !alarmed(&o, code) || o.Todo.Op != OpQuery {
				t.Errorf("%s in %s: alarms %v, next %s", v, s, o.Alarms, o.Todo.Op)
			}
		}
	}
}

func TestRefusalsThatAreOurMistakeAreAlarmed(t *testing.T) {
	for reason, code := range map[string]string{
		"rule": "create_refused_rule", "above_cap": "create_refused_rule", "end_before_start": "create_refused_rule",
		"not_authorised": "create_refused_not_authorised", "unexplained": "create_refused_unexplained",
		"risk": "", "user_unfinished_orders": "", "youth_mode": "",
	} {
		o := opening(t)
		events, _ := o.Apply(envAt(t0), Answered{Op: OpCreate, Verdict: Refusal, Reason: reason})
		want := []Event{WasRefused{reason}}
		if code != "" {
			want = []Event{Alarm{code}, WasRefused{reason}}
		}
		wantEvents(t, events, want...)
	}
}

func TestAfterAnUnknownCreateNotFoundAloneIsNoNo(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(envAt(t0), Answered{Op: OpCreate, Verdict: Unknown})
	if o.Todo.Op != OpCreate || o.Todo.At.Before(t0.Add(time.Second)) || o.Todo.At.After(t0.Add(1250*time.Millisecond)) {
		t.Fatalf("after a lost answer: %+v, want the same create in about a second", o.Todo)
	}
	// The repeat is refused; the first may still be under way.
	o.Apply(envAt(t0.Add(time.Second)), Answered{Op: OpCreate, Verdict: Refusal, Reason: "risk"})
	o.Apply(envAt(t0.Add(2*time.Second)), Answered{Op: OpQuery, Verdict: Missing})
	if o.State != Opening {
		t.Fatalf("refused %s after the doubt, before it settled", o.State)
	}
	events, _ := o.Apply(envAt(t0.Add(61*time.Second)), Answered{Op: OpQuery, Verdict: Missing})
	if want := []Event{WasRefused{"risk"}}; o.State != Refused || !cmp.Equal(events, want) {
		t.Fatalf("got %s, %v", o.State, events)
	}
}

func TestACompletionThatWeChatRefusesGivesTheServiceBack(t *testing.T) {
	o := serving(t)
	now := t0.Add(time.Minute)
	o.Apply(envAt(now), endOf("end1", 350))
	o.Apply(envAt(now), Answered{Op: OpComplete, Verdict: Refusal, Reason: "above_cap"})
	if o.State != Completing || o.Todo.Op != OpQuery {
		t.Fatalf("got %s, next %s", o.State, o.Todo.Op)
	}
	events, _ := o.Apply(envAt(now), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	if o.State != InService || len(events) != 2 || events[0] != (Alarm{"complete_refused"}) {
		t.Fatalf("got %s, %v", o.State, events)
	}
	o.Apply(envAt(now), endOf("end2", 300))
	if o.State != Completing || o.Total() != 300 {
		t.Fatalf("a new end: got %s over %d", o.State, o.Total())
	}
}

// A replica stood still with an answer in hand while another one carried the request to its end, and a new one took its place.
func TestALateAnswerToARequestThatWasReplacedSaysNothingOfItsSuccessor(t *testing.T) {
	now := t0.Add(time.Hour)
	stillCollecting := answer(OpQuery, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))})
	late := func(o *Order, op Op, about string) {
		t.Helper()
		o.Begin(now)
		before := clone(*o)
		o.Note(Call{Op: op}, Send{about, o.Send(Todo{Op: op}).Try})
		_, moved := o.Apply(envAt(now), Answered{Op: op, Verdict: Refusal, Reason: "rule", About: about})
		if o.Calls, o.CallCount = before.Calls, before.CallCount; moved || !reflect.DeepEqual(before, *o) {
			t.Errorf("%s: the late answer changed it: %s, next %+v", op, o.State, o.Todo)
		}
	}
	o := pending(t, 350)
	o.Apply(envAt(now), modifyAsk("m1", 300))
	o.Apply(envAt(now), Answered{Op: OpModify, Verdict: Refusal, Reason: "rule", About: "m1"})
	o.Apply(envAt(now), stillCollecting)
	if o.Apply(envAt(now), modifyAsk("m2", 200)); o.State != Modifying {
		t.Fatalf("got %s", o.State)
	}
	late(o, OpModify, "m1")

	o = serving(t)
	o.Apply(envAt(now), endOf("end1", 350))
	o.Apply(envAt(now), Answered{Op: OpComplete, Verdict: Refusal, Reason: "rule", About: "end1"})
	o.Apply(envAt(now), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
	if o.Apply(envAt(now), endOf("end2", 300)); o.State != Completing {
		t.Fatalf("got %s", o.State)
	}
	late(o, OpComplete, "end1")
}

// A replica stood still with a query's answer in hand while another one sent the request again.
func TestAQueryThatWasAskedBeforeTheDoubtSettledProvesNothingHoweverLateItsAnswerComes(t *testing.T) {
	now := t0.Add(time.Hour)
	asked := func(f Answered, at time.Time) Answered { f.AskedAt = at; return f }
	still := answer(OpQuery, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))})
	o := pending(t, 350)
	o.Apply(envAt(now), elsewhereAsk("e1"))
	o.Apply(envAt(now.Add(10*time.Second)), Answered{Op: OpSync, Verdict: Unknown})
	o.Apply(envAt(now.Add(20*time.Second)), Answered{Op: OpSync, Verdict: Ask, Reason: "wrong_state"})
	events, _ := o.Apply(envAt(now.Add(5*time.Minute)), asked(still, now.Add(15*time.Second)))
	if wantRejected(t, events); o.State != Syncing || o.Next() != (Todo{Op: OpQuery, At: now.Add(5*time.Minute + time.Second), Round: o.Next().Round}) {
		t.Fatalf("got %s, next %+v", o.State, o.Next())
	}
	events, _ = o.Apply(envAt(now.Add(6*time.Minute)), asked(still, now.Add(6*time.Minute)))
	wantEvents(t, events, Alarm{"sync_refused"})

	o = pending(t, 350)
	o.Apply(envAt(now), answer(OpQuery, Accepted, paidSeen(350)))
	o.Apply(envAt(now), refundAsk("r1", 100))
	o.Apply(envAt(now), RefundAnswered{RequestID: "r1", Op: OpRefund, Verdict: Unknown})
	o.Apply(envAt(now), RefundAnswered{RequestID: "r1", Op: OpRefund, Verdict: Refusal, Reason: "rule"})
	missing := RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: Missing, AskedAt: now}
	if o.Apply(envAt(now.Add(5*time.Minute)), missing); o.Refunds[0].State != RefundSending {
		t.Errorf("the refund: got %s", o.Refunds[0].State)
	}
}
