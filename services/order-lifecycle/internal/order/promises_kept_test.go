package order

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

func TestARefundIsRepeatedWithTheBytesOfItsFirstTry(t *testing.T) {
	o := refunding(t)
	first := slices.Clone(o.refund("r1").Request.Body)
	for i, v := range []Verdict{Unknown, NotNow, Misconfigured, Missing} {
		now := o.refund("r1").Todo.At
		o.Begin(now)
		o.Apply(envAt(now), refundNo(v, ""))
		if body := o.refund("r1").Request.Body; len(first) == 0 || !bytes.Equal(body, first) {
			t.Fatalf("after %d answers it is %q, was %q", i+1, body, first)
		}
	}
	o.Apply(envAt(hour), refundAsk("r2", 100))
	if r := o.refund("r2"); r == nil || bytes.Equal(r.Request.Body, first) {
		t.Error("another refund of the same amount has the same bytes")
	}
}

func TestARequestIDThatWasRefusedOnceIsNotFollowedWithOtherContent(t *testing.T) {
	o := pending(t, 350)
	events, _ := o.Apply(envAt(hour), modifyAsk("d1", 400))
	wantRejected(t, events, "modify_upwards")
	other := modifyAsk("d1", 200)
	other.FactID = "f-other"
	events, _ = o.Apply(envAt(hour), other)
	if wantRejected(t, events, "request_id_conflict"); o.State != PaymentPending {
		t.Errorf("got %s", o.State)
	}
}

func TestTheRestOfAPartCanHaveBeenPaidElsewhereAndNothingElse(t *testing.T) {
	for amount, want := range map[int]State{250: Syncing, 350: Syncing, 100: PaymentPending, 450: PaymentPending} {
		o := pending(t, 350)
		o.Apply(envAt(o.Todo.At), answer(OpQuery, Accepted, partly()))
		ask := elsewhereAsk("e1")
		ask.Amount = money.Fen(amount)
		if o.Apply(envAt(hour), ask); o.State != want {
			t.Errorf("100 of 350 are in, %d paid elsewhere: got %s, want %s", amount, o.State, want)
		}
	}
}

func TestAQuestionAboutARefundThatOurConfigurationSpoilsTellsAPerson(t *testing.T) {
	o := refunding(t)
	o.Apply(envAt(asked), refundNo(Unknown, ""))
	events, _ := o.Apply(envAt(hour), RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: Misconfigured})
	wantEvents(t, events, Alarm{"configuration"})
}

func TestARequestIsUnderWayForAsLongAsAClaimAndNoLonger(t *testing.T) {
	o := serving(t)
	if o.UnderWay(t0, claim) {
		t.Error("a look is under way that nobody began")
	}
	began := t0.Add(time.Minute)
	o.Apply(envAt(began), endOf("end1", 350))
	if o.UnderWay(began, claim) {
		t.Error("it was not begun")
	}
	o.Begin(began)
	if !o.UnderWay(began.Add(claim-1), claim) || o.UnderWay(began.Add(claim), claim) {
		t.Error("it is under way until the claim ends, and not after")
	}
}

func TestAThoughtDoesNotPutOffWhatIsNearer(t *testing.T) {
	query, later, sooner := Todo{Op: OpQuery, At: hour}, hour.Add(time.Hour), hour.Add(-time.Hour)
	for name, c := range map[string]struct {
		planned Todo
		at      time.Time
		want    Todo
	}{
		"nothing is planned":        {Todo{}, later, Todo{Op: Think, At: later}},
		"a query is nearer":         {query, later, query},
		"a query is farther":        {query, sooner, Todo{Op: Think, At: sooner}},
		"another thought is nearer": {Todo{Op: Think, At: sooner}, later, Todo{Op: Think, At: later}},
	} {
		o := New("m1", "N1")
		o.Todo = c.planned
		if (&turn{Order: &o, env: envAt(t0)}).think(c.at); o.Todo != c.want {
			t.Errorf("%s: got %+v, want %+v", name, o.Todo, c.want)
		}
	}
}

func TestALookAtARefundThatTellsNothingAlarmsNobodyAndARefusedOneDoes(t *testing.T) {
	for v, want := range map[Verdict][]Event{Unknown: nil, NotNow: nil, Refusal: {Alarm{"query_refused"}}, Ask: {Alarm{"query_refused"}}, NotOurs: {Alarm{"query_refused"}}} {
		o := refunding(t)
		o.Apply(envAt(asked), refundNo(Unknown, ""))
		events, _ := o.Apply(envAt(hour), RefundAnswered{RequestID: "r1", Op: OpAskRefund, Verdict: v})
		if wantEvents(t, events, want...); o.refund("r1").Todo.Op == "" {
			t.Errorf("%s: nobody looks again", v)
		}
	}
}

func TestAnAmountPaidElsewhereThatCannotBeIsRefusedWithThoseThatCan(t *testing.T) {
	o := pending(t, 350)
	o.Apply(envAt(o.Todo.At), answer(OpQuery, Accepted, partly()))
	ask := elsewhereAsk("e1")
	ask.Amount = 100
	events, _ := o.Apply(envAt(hour), ask)
	wantRejected(t, events, "paid_elsewhere_amount")
	if text := o.Rejections[len(o.Rejections)-1].Reason; !strings.Contains(text, "350") || !strings.Contains(text, "250") {
		t.Errorf("it says %q", text)
	}
}

func TestAServiceThatWasNotAuthorisedKnowsWhatWasAskedFor(t *testing.T) {
	for name, news := range map[string]Fact{"denied": ServiceDenied{Reason: "token_expired"}, "never told of": TimePassed{}} {
		o := New("m1", "N1")
		o.Apply(envAt(t0), wish("wish1"))
		o.Apply(envAt(t0.Add(DefaultTimers().AuthoriseWithin)), news)
		if o.State != Refused || o.Face.FactID != "wish1" || o.Face.RiskFund != 10_000 {
			t.Errorf("%s: %s, and it knows of %+v", name, o.State, o.Face)
		}
	}
}
