package order

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/money"
)

var (
	t0    = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	terms = Terms{Cap: 20_000}
)

// pen is a Scribe whose bytes tell what they were made of.
type pen struct{}

func (pen) Create(o *Order, _ []byte, now time.Time) ([]byte, error) {
	return []byte("create " + o.OutOrderNo + now.Format(time.StampMilli)), nil
}

func (pen) Complete(_ *Order, e End, endAt, _ time.Time) ([]byte, error) {
	return []byte("complete " + e.Total.Yuan() + endAt.Format(time.Stamp)), nil
}

func (pen) Cancel(_ *Order, reason string) []byte { return []byte("cancel " + reason) }

func envAt(now time.Time) Env {
	return Env{Now: now, Terms: terms, Timers: DefaultTimers(), Scribe: pen{}}
}

var columns = []column{"session", "expired", "face_ok", "face_no", "ended", "aborted", "answer", "query", "told", "time"}

func TestEveryStateAnswersEveryFact(t *testing.T) {
	states := []State{Attempt, Opening, InService, Completing, PaymentPending, Cancelling, Paid, Free, Refused, Revoked, Abandoned}
	for _, s := range states {
		for _, c := range columns {
			if machine[s][c] == nil {
				t.Errorf("%s × %s has no cell", s, c)
			}
		}
	}
	if len(machine) != len(states) {
		t.Errorf("the table has %d states, the code has %d", len(machine), len(states))
	}
	for word := range cells {
		if !slices.Contains(strings.Fields(Machine), word) {
			t.Errorf("cell %q is not in the table", word)
		}
	}
}

// world draws facts that could reach an order, true or not.
func drawFact(t *rapid.T, now time.Time) Fact {
	pick := func(name string, options ...string) string { return rapid.SampledFrom(options).Draw(t, name) }
	seen := func(told bool) Seen {
		s := Seen{
			State: pick("state", "CREATED", "DOING", "DOING", "DOING", "DONE", "REVOKED", "EXPIRED", "NEWSTATE"), Told: told,
			PaidFen: money.Fen(rapid.SampledFrom([]int64{0, 350, 400}).Draw(t, "paid")),
		}
		switch s.State {
		case "DOING":
			s.Description = pick("description", "USER_CONFIRM", "MCH_COMPLETE", "")
			s.Collection = pick("collection", "", "USER_PAYING", "USER_PAID")
		case "DONE":
			s.Collection = pick("collection", "", "USER_PAID")
			s.Total = new(s.PaidFen)
		}
		return s
	}
	switch rapid.IntRange(0, 10).Draw(t, "fact") {
	case 0:
		return SessionOpened{DeviceID: "K1", ServiceID: "500001", OpenedAt: now, ExpiresAt: now.Add(10 * time.Minute)}
	case 1:
		return SessionExpired{}
	case 2:
		return FaceSucceeded{ID: pick("id", "face1", "face1", "face2"), ServiceID: "500001", RiskFund: money.Fen(rapid.SampledFrom([]int64{0, 10_000, 10_000, 30_000}).Draw(t, "risk"))}
	case 3:
		return FaceFailed{ID: pick("id", "face3", "face4"), ReturnCode: pick("code", "USER_CANCEL", "ERROR", "SCAN_PAYMENT", "")}
	case 4:
		total := rapid.SampledFrom([]int64{0, 350, 350, 351, 30_000}).Draw(t, "total")
		return ServiceEnded{End{
			FactID: pick("id", "end1", "end1", "end2") + money.Fen(total).Yuan(), Total: money.Fen(total),
			Lines: []money.Fen{money.Fen(total - total%50)}, HeardAt: now,
		}}
	case 5:
		return ServiceAborted{ID: pick("id", "abort1", "abort2")}
	case 6, 7, 8:
		a := Answered{
			Op:      Op(pick("op", "create", "complete", "cancel", "query", "query")),
			Verdict: Verdict(rapid.IntRange(int(Unknown), int(NotOurs)).Draw(t, "verdict")), Reason: "risk",
		}
		if a.Verdict == Accepted {
			a.Seen = new(seen(false))
		}
		return a
	case 9:
		return Observed{seen(true)}
	default:
		return TimePassed{}
	}
}

// TestRandomLivesKeepTheInvariants lets random facts, doubled and in any order, work on one order and holds I1 to I8
// after every one of them.
func TestRandomLivesKeepTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := New("m1", "N1")
		now, opened := t0, 0
		var past []Fact // accepted or refused
		for range rapid.IntRange(1, 60).Draw(t, "facts") {
			now = now.Add(time.Duration(rapid.IntRange(0, 90_000).Draw(t, "ms")) * time.Millisecond)
			f := drawFact(t, now)
			if _, ok := f.(TimePassed); ok && (o.Todo.Op != Think || o.Todo.At.After(now)) {
				continue // time works only when it was asked to
			}
			if rapid.Bool().Draw(t, "begin") {
				o.Begin(now)
			}
			before := clone(o)
			events, moved := o.Apply(envAt(now), f)
			check(t, before, &o, f, events, moved)
			if moved && idOf(f) != "" {
				past = append(past, f)
			}
			for _, f := range past {
				if again, changed := o.Apply(envAt(now), f); changed || len(again) > 0 {
					t.Fatalf("I6: %T %s, repeated in %s, gave %v", f, idOf(f), o.State, again)
				}
			}
			for _, e := range events {
				if _, ok := e.(Opened); ok {
					opened++
				}
			}
			if opened > 1 {
				t.Fatal("I3: opened twice")
			}
		}
	})
}

func check(t *rapid.T, before Order, o *Order, f Fact, events []Event, moved bool) {
	t.Helper()
	seenPaid := func() bool {
		switch f := f.(type) {
		case Observed:
			return f.Seen.Collection == "USER_PAID"
		case Answered:
			return f.Seen != nil && f.Seen.Collection == "USER_PAID"
		}
		return false
	}
	if before.State.Final() && (o.State != before.State && o.State != Paid || o.Total() != before.Total() || o.Todo.Op.Sends()) {
		t.Fatalf("I1: %s became %s over %d, next %s", before.State, o.State, o.Total(), o.Todo.Op)
	}
	if o.PaidFen != before.PaidFen && o.State == Paid && !slices.Contains(events, Event(WasPaid{})) {
		t.Fatalf("I1: %d became %d in silence", before.PaidFen, o.PaidFen)
	}
	if len(before.Create.Body) > 0 && !bytes.Equal(before.Create.Body, o.Create.Body) {
		t.Fatal("I2: the create request changed")
	}
	if len(before.Cancel.Body) > 0 && !bytes.Equal(before.Cancel.Body, o.Cancel.Body) {
		t.Fatal("I2: the cancel request changed")
	}
	if len(before.Complete.Body) > 0 && !bytes.Equal(before.Complete.Body, o.Complete.Body) &&
		(before.Complete.Refusal == "" || o.State != InService) {
		t.Fatal("I2: the complete request changed without a definite refusal")
	}
	for _, e := range events {
		if _, ok := e.(Opened); ok && o.Unwanted != "" {
			t.Fatalf("I3: opened although unwanted (%s)", o.Unwanted)
		}
	}
	if o.State == Paid && before.State != Paid {
		if !seenPaid() {
			t.Fatalf("I4: paid by %T", f)
		}
		if o.PaidFen != o.Total() && len(o.Alarms) == 0 {
			t.Fatal("I4: paid another amount without an alarm")
		}
	}
	if o.Ended != nil {
		if sum, err := money.Sum(o.Ended.Lines...); err != nil || sum != o.Ended.Total || o.Ended.Total > terms.Cap {
			t.Fatalf("I5: commanded %d of %v", o.Ended.Total, o.Ended.Lines)
		}
	}
	if !o.State.Final() && moved && o.Todo.Op == "" {
		t.Fatalf("I7: %s has nothing to do", o.State)
	}
	if before.Unwanted != "" && o.State == Completing {
		t.Fatalf("I8: completing although unwanted (%s)", before.Unwanted)
	}
	if !moved && !cmp.Equal(before, *o) {
		t.Fatalf("unchanged, and yet: %s", cmp.Diff(before, *o))
	}
}

// clone copies what Apply may write to.
func clone(o Order) Order {
	c := o
	c.Collections, c.Rejections = slices.Clone(o.Collections), slices.Clone(o.Rejections)
	c.Alarms, c.Steps, c.Calls = slices.Clone(o.Alarms), slices.Clone(o.Steps), slices.Clone(o.Calls)
	return c
}

// serving is an order in service.
func serving(t *testing.T) *Order {
	t.Helper()
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(envAt(t0), answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM", OrderID: "W1"}))
	if o.State != InService || o.OrderID != "W1" {
		t.Fatalf("got %s, WeChat's number %q", o.State, o.OrderID)
	}
	return &o
}

// paidSeen is a proof of payment as WeChat shows it.
func paidSeen(fen money.Fen) Seen {
	return Seen{
		State: "DONE", Collection: "USER_PAID", Total: new(fen), PaidFen: fen, OrderID: "W1", ServiceID: "500001",
		Parts: []Collection{{TransactionID: "T1", Amount: fen, PaidAt: t0.Add(time.Minute)}},
	}
}

// told is s in a notification.
func told(s Seen) Seen {
	s.Told = true
	return s
}

func answer(op Op, v Verdict, s Seen) Answered { return Answered{Op: op, Verdict: v, Seen: &s} }

func endOf(id string, total money.Fen) ServiceEnded {
	return ServiceEnded{End{FactID: id, Total: total, Lines: []money.Fen{total}, HeardAt: t0.Add(time.Minute)}}
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

func TestAfterAnUnknownCreateNotFoundAloneIsNoNo(t *testing.T) {
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(envAt(t0), Answered{Op: OpCreate, Verdict: Unknown})
	if o.Todo.Op != OpCreate || o.Todo.At != t0.Add(time.Second) {
		t.Fatalf("after a lost answer: %+v, want the same create in 1 s", o.Todo)
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

func TestTheGapsAfterALostAnswerAreThoseOfTheSheet(t *testing.T) {
	timers := DefaultTimers()
	var got []time.Duration
	for round := range 8 {
		got = append(got, timers.retry(round))
	}
	want := []time.Duration{1e9, 3e9, 10e9, 20e9, 40e9, 80e9, 160e9, 300e9}
	if !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	got = nil
	age, day := time.Duration(0), 24*time.Hour
	for range 29 {
		gap := timers.pending(age)
		got, age = append(got, gap), age+gap
	}
	want = []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute}
	for range 24 {
		want = append(want, time.Hour)
	}
	if want = append(want, day, day); !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnEarlyPaidCallbackEndsTheOrderAndTheLateAnswerChangesNothing(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), Observed{told(paidSeen(350))})
	if want := []Event{WasPaid{}}; o.State != Paid || !cmp.Equal(events, want) {
		t.Fatalf("got %s, %v", o.State, events)
	}
	events, moved := o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE"}))
	if moved || len(events) > 0 || o.State != Paid {
		t.Fatalf("the late answer gave %s, %v", o.State, events)
	}
}

func TestANotificationWithAForeignAmountMovesNothingBeforeAQueryConfirmsIt(t *testing.T) {
	o := serving(t)
	o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", 350))
	o.Apply(envAt(t0.Add(time.Minute)), answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE"}))
	events, _ := o.Apply(envAt(t0.Add(time.Minute)), Observed{told(paidSeen(1))})
	if want := []Event{Alarm{"paid_amount_differs"}}; o.State != PaymentPending || o.Todo.Op != OpQuery || !cmp.Equal(events, want) {
		t.Fatalf("got %s, next %s, %v", o.State, o.Todo.Op, events)
	}
	o.Apply(envAt(t0.Add(time.Minute)), answer(OpQuery, Accepted, paidSeen(350)))
	if o.State != Paid || o.PaidFen != 350 {
		t.Fatalf("got %s with %d", o.State, o.PaidFen)
	}
}

func TestLateSuccessOnAClosedOrderIsConfirmedAndHonoured(t *testing.T) {
	for _, closed := range []State{Free, Refused, Revoked, Abandoned, Attempt} {
		o := New("m1", "N1")
		o.State = closed
		o.Apply(envAt(t0), Observed{told(paidSeen(350))})
		if o.State != closed || o.Todo.Op != OpQuery || len(o.Alarms) == 0 {
			t.Errorf("%s: told: got %s, next %q, alarms %v", closed, o.State, o.Todo.Op, o.Alarms)
		}
		events, _ := o.Apply(envAt(t0), answer(OpQuery, Accepted, paidSeen(350)))
		if o.State != Paid || o.PaidFen != 350 || !slices.Contains(events, Event(WasPaid{})) {
			t.Errorf("%s: confirmed: got %s with %d, %v", closed, o.State, o.PaidFen, events)
		}
	}
}

func TestAmountsThatBreakFormulaOrCapAreRefusedAtTheDoor(t *testing.T) {
	for name, c := range map[string]struct {
		end  End
		code string
	}{
		"formula":      {End{Total: 350, Lines: []money.Fen{400}}, "total_amount_formula"},
		"discounts":    {End{Total: 400, Lines: []money.Fen{400}, Discounts: []money.Fen{50}}, "total_amount_formula"},
		"cap":          {End{Total: 20_001, Lines: []money.Fen{20_001}}, "total_amount_cap"},
		"negative":     {End{Total: -1, Lines: []money.Fen{-1}}, "amount_negative"},
		"overflow":     {End{Total: 1, Lines: []money.Fen{1 << 62, 1 << 62}}, "amount_overflow"},
		"future":       {End{Total: 1, Lines: []money.Fen{1}, At: t0.Add(time.Hour)}, "end_time_in_future"},
		"before start": {End{Total: 1, Lines: []money.Fen{1}, At: t0.Add(-time.Hour)}, "end_before_start"},
	} {
		o := serving(t)
		c.end.FactID, c.end.HeardAt = "end1", t0.Add(time.Minute)
		events, _ := o.Apply(envAt(t0.Add(time.Minute)), ServiceEnded{c.end})
		if len(events) != 1 || events[0].(WasRejected).Rejection.Code != c.code || o.State != InService {
			t.Errorf("%s: got %s, %v, want %s", name, o.State, events, c.code)
		}
	}
}

func TestInDepositModeTheOrdersOwnRiskAmountIsTheCap(t *testing.T) {
	o := serving(t)
	env := envAt(t0.Add(time.Minute))
	env.Terms.RiskFundIsCap = true
	events, _ := o.Apply(env, endOf("end1", 10_001))
	wantRejected(t, events, "total_amount_cap")
	env.Terms.Cap = 9_000 // lowered since
	events, _ = o.Apply(env, endOf("end2", 10_000))
	wantRejected(t, events, "total_amount_cap")
}

func TestATotalMayReachTheCap(t *testing.T) {
	o := serving(t)
	if o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", terms.Cap)); o.State != Completing {
		t.Errorf("got %s", o.State)
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
	if o.State != Abandoned || len(events) != 2 || events[1].(WasRejected).Rejection.FactID != "end1" {
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

func TestTheParsedTableRefusesAnUnknownWord(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a table with an unknown word was accepted")
		}
	}()
	parse("state session\nATTEMPT nonsense", cells)
}
