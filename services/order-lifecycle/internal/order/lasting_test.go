package order

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// lasting is a WeChat that gives one answer to every request and one to every query, for ever.
type lasting struct {
	sent, asked         Verdict
	sentSeen, askedSeen *Seen
	unreadable          bool
}

func (w lasting) answer(op Op) Answered {
	if op == OpQuery {
		return Answered{Op: op, Verdict: w.asked, Reason: "rule", Seen: w.askedSeen, Unreadable: w.unreadable && w.asked == Unknown}
	}
	return Answered{Op: op, Verdict: w.sent, Reason: "rule", Seen: w.sentSeen, Unreadable: w.unreadable && w.sent == Unknown}
}

// lastingOnes are all pairs of an answer to requests and one to queries.
func lastingOnes() map[string]lasting {
	no := []Verdict{Unknown, Refusal, Ask, NotNow, Misconfigured, Missing, NotOurs}
	shown := map[string]Seen{
		"CREATED": {State: "CREATED"}, "USER_CONFIRM": {State: "DOING", Description: "USER_CONFIRM"}, "DOING": {State: "DOING"},
		"MCH_COMPLETE": {State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))}, "DONE": {State: "DONE"},
		"MCH_COMPLETE without a total": {State: "DOING", Description: "MCH_COMPLETE"}, "partly paid": partly(), "undocumented": {State: "WAIT_PAY"},
	}
	all := map[string]lasting{}
	for _, sent := range append([]Verdict{Accepted}, no...) {
		for name, s := range shown {
			w := lasting{sent: sent, asked: Accepted, askedSeen: &s}
			if sent == Accepted {
				w.sentSeen = &s
			}
			all[fmt.Sprintf("requests: %s, queries: %s", sent, name)] = w
		}
		for _, asked := range no {
			w := lasting{sent: sent, asked: asked}
			if sent == Accepted {
				w.sentSeen = &Seen{State: "DOING"}
			}
			all[fmt.Sprintf("requests: %s, queries: %s", sent, asked)] = w
			if w.unreadable = true; sent == Unknown || asked == Unknown {
				all[fmt.Sprintf("requests: %s, queries: %s, unreadable", sent, asked)] = w
			}
		}
	}
	return all
}

// silent is how long an order may wait in a state before a person is told.
func silent(s State) time.Duration {
	switch s {
	case InService, PaymentPending: // told by their ages
		return DefaultTimers().Ages[0] + time.Hour
	case Attempt: // the session has its own end
		return 2 * time.Hour
	case Authorising:
		return DefaultTimers().AuthoriseWithin
	}
	return time.Hour
}

// TestWhateverWeChatAnswersForEverAPersonIsToldAndTheBackOfficeHasAWayOut holds for every state and every pair of answers that
// last for a day and more: no wait is silent beyond its time, no request is repeated without a pause, and once WeChat answers as
// it should, at least one fact of the back office brings the order out of the state.
func TestWhateverWeChatAnswersForEverAPersonIsToldAndTheBackOfficeHasAWayOut(t *testing.T) {
	stuck := 0
	for _, s := range situations(t) {
		if s.order.atRest() {
			continue
		}
		for name, w := range lastingOnes() {
			o, now := clone(*s.order), later
			if err := w.waitFor(&o, &now, 26*time.Hour); err != nil {
				t.Errorf("%s, %s: %v", s.name, name, err)
				continue
			}
			if o.atRest() {
				continue
			}
			if stuck++; len(waysOut(o, now)) == 0 {
				t.Errorf("%s, %s: no way out of %s, alarms %v", s.name, name, o.State, alarmCodes(&o))
			}
		}
	}
	if stuck < 500 {
		t.Errorf("only %d orders were stuck: WeChat is too kind", stuck)
	}
}

// atRest is true for an order that is over, and for a number that nobody but the back office has named.
func (o *Order) atRest() bool { return o.State.Final() || (&turn{Order: o}).unheardOf() }

// waitFor lets the order work against w for so long.
func (w lasting) waitFor(o *Order, now *time.Time, length time.Duration) error {
	end, since, state, told := now.Add(length), *now, o.State, false
	for steps := 0; now.Before(end) && !o.atRest(); steps++ {
		if steps > 6000 {
			return fmt.Errorf("%d requests in %v", steps, now.Sub(later))
		}
		if o.State != state {
			since, state, told = *now, o.State, false
		}
		todo := o.Next()
		if todo.At.After(*now) {
			*now = todo.At
		}
		if !told && now.Sub(since) > silent(state) {
			return fmt.Errorf("%s for %v, and nobody was told", state, now.Sub(since))
		}
		for _, e := range takeStep(o, *now, w.answer) {
			switch e.(type) {
			case Alarm, HasAged:
				told = true
			}
		}
	}
	return nil
}

// takeStep does what the order wants done, and answers it.
func takeStep(o *Order, now time.Time, answer func(Op) Answered) []Event {
	o.Begin(now)
	todo := o.Next()
	if todo.Op == Think || todo.Op == "" {
		events, _ := o.Apply(envAt(now), TimePassed{})
		return events
	}
	a := answer(todo.Op)
	a.AskedIn, a.AskedAt, a.About = o.State, now, o.About(todo.Op)
	o.Note(Call{At: now, Op: todo.Op}, o.Send(todo))
	events, _ := o.Apply(envAt(now), a)
	return events
}

// waysOut are the facts of the back office that bring the order out of its state once WeChat answers as it should.
func waysOut(stuck Order, now time.Time) (ways []string) {
	elsewhere := elsewhereAsk("out-e")
	elsewhere.Amount = stuck.Total() - stuck.PaidFen
	for _, f := range []deskFact{cancelAsk("out-c"), modifyAsk("out-m", stuck.PaidFen+1), elsewhere, collectAsk("out-l")} {
		o, now := clone(stuck), now
		events, _ := o.Apply(envAt(now), f)
		if slices.ContainsFunc(events, func(e Event) bool {
			r, ok := e.(WasRejected)
			return ok && r.Rejection.RequestID == f.ask().RequestID
		}) {
			continue
		}
		friendly := wellBehaved(&o)
		for end := now.Add(time.Hour); now.Before(end) && !o.State.Final(); {
			if at := o.Next().At; at.After(now) {
				now = at
			}
			takeStep(&o, now, friendly)
		}
		if o.State.Final() || o.State == PaymentPending && stuck.State != PaymentPending {
			ways = append(ways, string(f.column()))
		}
	}
	return ways
}

// wellBehaved is a WeChat that holds the order as we last knew it and does what it is asked for.
func wellBehaved(o *Order) func(Op) Answered {
	seen := Seen{State: "DOING", Description: "USER_CONFIRM", OrderID: "W1", ServiceID: "500001"}
	pending := func(total money.Fen) Seen {
		return Seen{State: "DOING", Description: "MCH_COMPLETE", Total: &total, OrderID: "W1", ServiceID: "500001", PaidFen: o.PaidFen, Parts: o.Collections}
	}
	switch {
	case o.State.Owed():
		seen = pending(o.Total())
	case o.State == AwaitingConfirm:
		seen = Seen{State: "CREATED", OrderID: "W1"}
	}
	return func(op Op) Answered {
		switch op {
		case OpComplete:
			seen = pending(o.Total())
		case OpCancel, OpWithdraw:
			seen = Seen{State: "REVOKED", OrderID: "W1"}
		case OpModify:
			seen = pending(o.Work.New.Total)
		case OpSync:
			seen = byMerchant(o.Total())
		case OpCollect:
			seen = paidSeen(o.Total())
		}
		return answer(op, Accepted, seen)
	}
}

// TestWhateverWeChatAnswersForEverARefundIsTold is the same for a refund.
func TestWhateverWeChatAnswersForEverARefundIsTold(t *testing.T) {
	answers := map[string]RefundAnswered{}
	for v := range verdictNames {
		if Verdict(v) != Accepted {
			answers[Verdict(v).String()] = RefundAnswered{Verdict: Verdict(v), Reason: "rule"}
		}
	}
	for _, status := range []string{"PROCESSING", "ABNORMAL", "CLOSED", "undocumented"} {
		answers[status] = RefundAnswered{Verdict: Accepted, Seen: &SeenRefund{Status: status}}
	}
	for sent, w := range answers {
		for asked, q := range answers {
			o, now := refunding(t), hour
			limit, told := now.Add(time.Hour), false
			if sent == "PROCESSING" || asked == "PROCESSING" { // a card takes days
				limit = now.Add(DefaultTimers().LongRefund + 25*time.Hour)
			}
			for !told && o.Next().Op != "" {
				if now = o.Next().At; now.After(limit) {
					t.Errorf("requests: %s, queries: %s: %s for %v, and nobody was told", sent, asked, o.Refunds[0].State, now.Sub(hour))
					break
				}
				todo, a := o.Next(), w
				if todo.Op == OpAskRefund {
					a = q
				}
				o.Begin(now)
				a.RequestID, a.Op, a.AskedAt = todo.Refund, todo.Op, now
				o.Note(Call{At: now, Op: todo.Op, Refund: todo.Refund}, o.Send(todo))
				events, _ := o.Apply(envAt(now), a)
				for _, e := range events {
					switch e.(type) {
					case Alarm, RefundFailed:
						told = true
					}
				}
			}
		}
	}
}

func TestACompletionThatIsRefusedWithoutACauseEndsInServiceAndCanBeCancelled(t *testing.T) {
	for v, reason := range map[Verdict]string{Ask: "wrong_state", Refusal: "not_authorised", Missing: "", NotOurs: "number_taken"} {
		o := serving(t)
		o.Apply(envAt(hour), endOf("end1", 350))
		o.Apply(envAt(hour), Answered{Op: OpComplete, Verdict: v, Reason: reason})
		events, _ := o.Apply(envAt(hour), answer(OpQuery, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}))
		if wantRejected(t, events, "provider_refused"); o.State != InService || !alarmed(o, "complete_refused") {
			t.Fatalf("%s: %s, alarms %v", v, o.State, o.Alarms)
		}
		o.Apply(envAt(hour), cancelAsk("d1"))
		if o.Apply(envAt(hour), answer(OpCancel, Accepted, Seen{})); o.State != Revoked {
			t.Errorf("%s: %s", v, o.State)
		}
	}
}

func TestALowerTotalThatShowsAfterItsRequestWasReplacedIsInForce(t *testing.T) {
	for name, shown := range map[string]Seen{"pending": stillOwed(200), "paid": paidSeen(200)} {
		o := pending(t, 350)
		o.Apply(envAt(hour), modifyAsk("m1", 200))
		o.Apply(envAt(hour), no(OpModify, Unknown))
		o.Apply(envAt(hour), Answered{Op: OpQuery, Verdict: Misconfigured})
		events, _ := o.Apply(envAt(hour), collectAsk("c1"))
		wantRejected(t, events, "superseded")
		events, _ = o.Apply(envAt(hour), answer(OpQuery, Accepted, shown))
		if o.Total() != 200 || !slices.Contains(events, Event(WasModified{"", 350, 200})) || alarmed(o, "total_differs") || alarmed(o, "paid_amount_differs") {
			t.Errorf("%s: %s over %d, %v", name, o.State, o.Total(), events)
		}
	}
}
