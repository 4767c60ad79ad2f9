package order

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/money"
)

// step is one fact applied to an order, with all that can be seen of it.
type step struct {
	env           Env
	fact          Fact
	before, after Order
	events        []Event
	moved         bool
	// opened is how often Opened was emitted in this life, now included.
	opened int
}

// invariants are those of the package's header, each with its sentence there.
var invariants = []struct {
	name, sentence string
	holds          func(step) error
}{
	{"I1", "a final state never changes, except that proof of payment beats a local close", invariantI1},
	{"I2", "a request that WeChat may have carried out has one frozen body: it changes only after a definite refusal, proved by a query", invariantI2},
	{"I3", "Opened is emitted at most once, and only while the order is wanted", invariantI3},
	{"I4", "PAID is reached only by proof of payment; an amount that differs from the command raises an alarm", invariantI4},
	{"I5", "the total sent to WeChat obeys formula and cap, and only ever goes down", invariantI5},
	{"I6", "a repeated fact changes nothing and emits nothing", invariantI6},
	{"I7", "an order that is not final, and not of the back office alone, has something to do next; a wait without a definite answer is alarmed", invariantI7},
	{"I8", "an order no longer wanted (aborted, opened too late) is cancelled and never completed", invariantI8},
	{"I9", "the refunds of a payment that may reach the customer never exceed it, unless WeChat pays one out after its end or somebody else refunds: alarmed", invariantI9},
	{"I10", "a request of the back office is answered once: by what became of it, or by its refusal", invariantI10},
	{"and", "an order said not to have changed has not", unmovedIsUnchanged},
}

func TestTheInvariantsAreThoseOfTheHeader(t *testing.T) {
	header, err := os.ReadFile("order.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range invariants[:len(invariants)-1] {
		if !strings.Contains(string(header), fmt.Sprintf("//\t%-3s %s\n", i.name, i.sentence)) {
			t.Errorf("the header does not say: %s  %s", i.name, i.sentence)
		}
	}
	if want := len(invariants) - 1; strings.Count(string(header), "\n//\tI") != want {
		t.Errorf("the header has other than %d invariants", want)
	}
}

// unbroken holds a step against all invariants.
func unbroken(s step) error {
	for _, i := range invariants {
		if err := i.holds(s); err != nil {
			return fmt.Errorf("%s (%s) is broken by %T in %s: %w", i.name, i.sentence, s.fact, s.before.State, err)
		}
	}
	return nil
}

func invariantI1(s step) error {
	switch was, is := s.before, s.after; {
	case !was.State.Final():
	case is.State != was.State && (is.State != Paid || !provesPayment(s.fact)):
		return fmt.Errorf("%s became %s", was.State, is.State)
	case is.Total() != was.Total():
		return fmt.Errorf("the command went from %d to %d", was.Total(), is.Total())
	case is.State == Refused && is.Todo.Op == OpCancel && !is.Create.DoubtAt.IsZero(): // its create landed after all
	case is.Todo.Op.Sends():
		return fmt.Errorf("a %s is planned", is.Todo.Op)
	case is.PaidFen > was.PaidFen && is.State != Paid && !isTold(s.fact) && alarmed(&is, "closed_partly_paid"): // a query shows a part
	case is.PaidFen != was.PaidFen && !slices.Contains(s.events, Event(WasPaid{})):
		return fmt.Errorf("%d became %d in silence", was.PaidFen, is.PaidFen)
	}
	return nil
}

func invariantI2(s step) error {
	was, is := s.before, s.after
	changed := func(was, is Request) bool { return len(was.Body) > 0 && !bytes.Equal(was.Body, is.Body) }
	for i, r := range was.Refunds {
		if i >= len(is.Refunds) || changed(r.Request, is.Refunds[i].Request) {
			return fmt.Errorf("the refund %s changed", r.RequestID)
		}
	}
	replaced := was.Work != nil && is.Work != nil && was.Work.RequestID != is.Work.RequestID
	if replaced && was.personTold() { // the way out of a request without a definite answer
		was.Work = nil
	}
	if was.Work != nil && is.Work != nil && (replaced || changed(was.Work.Request, is.Work.Request)) {
		return errors.New("the work changed while it was under way")
	}
	switch {
	case changed(was.Create, is.Create):
		return errors.New("the create changed")
	case changed(was.Cancel, is.Cancel):
		return errors.New("the cancel changed")
	case !changed(was.Complete, is.Complete):
	case was.Complete.Refusal == "" || !showsServing(s.fact):
		return fmt.Errorf("the complete changed after refusal %q by %T", was.Complete.Refusal, s.fact)
	case !was.Complete.DoubtAt.IsZero() && s.env.Now.Before(was.Complete.DoubtAt.Add(s.env.Timers.Settle)):
		return errors.New("the complete changed while an earlier send could land")
	}
	return nil
}

func invariantI3(s step) error {
	switch {
	case !slices.Contains(s.events, Event(Opened{})):
	case s.opened > 1:
		return fmt.Errorf("opened %d times", s.opened)
	case s.before.Unwanted != "" || s.after.Unwanted != "":
		return fmt.Errorf("opened though %s", cmp.Or(s.before.Unwanted, s.after.Unwanted))
	case s.before.State != Opening && s.before.State != AwaitingConfirm:
		return fmt.Errorf("opened from %s", s.before.State)
	}
	return nil
}

func invariantI4(s step) error {
	alarmed := func(code string) bool { return alarmed(&s.after, code) }
	paid := slices.Contains(s.events, Event(WasPaid{}))
	news := s.after.PaidFen != s.before.PaidFen || !slices.EqualFunc(byNumber(s.after.Collections), byNumber(s.before.Collections), Collection.same)
	switch o := s.after; {
	case paid != (o.State == Paid && (s.before.State != Paid || news)):
		return fmt.Errorf("said to be paid: %v, %s with %d became %s with %d", paid, s.before.State, s.before.PaidFen, o.State, o.PaidFen)
	case !paid:
	case !provesPayment(s.fact):
		return errors.New("no payment was proved")
	case o.Ended == nil && !alarmed("paid_without_completion"):
		return fmt.Errorf("paid %d without a command and without an alarm", o.PaidFen)
	case o.Ended != nil && o.PaidFen != o.Total() && !alarmed("paid_amount_differs"):
		return fmt.Errorf("paid %d, commanded %d, no alarm", o.PaidFen, o.Total())
	case isTold(s.fact) && (o.PaidFen != o.Total() || o.Ended == nil):
		return errors.New("another amount was taken from a notification, without a query")
	}
	return nil
}

func invariantI5(s step) error {
	e := s.after.Ended
	if e == nil || e.FactID == "" || s.before.Ended != nil && s.before.Total() == e.Total {
		return nil
	}
	if s.before.Ended != nil && e.Total >= s.before.Total() {
		return fmt.Errorf("the total went from %d to %d", s.before.Total(), e.Total)
	}
	lines, err := money.Sum(e.Lines...)
	if err != nil {
		return err
	}
	discounts, err := money.Sum(e.Discounts...)
	if err != nil {
		return err
	}
	limit := s.env.Terms.Cap
	if s.env.Terms.RiskFundIsCap {
		limit = min(limit, s.after.Face.RiskFund)
	}
	if e.Total < 0 || e.Total != lines-discounts || e.Total > limit {
		return fmt.Errorf("commanded %d: items %d, discounts %d, at most %d", e.Total, lines, discounts, limit)
	}
	return nil
}

// invariantI6 lets the fact of the step come again at once. A notification may be asked about once more, but nobody
// hears of it and nothing is believed twice. An answer and a moment come once.
func invariantI6(s step) error {
	again := clone(s.after)
	switch s.fact.(type) {
	case Answered, RefundAnswered, TimePassed:
		return nil
	}
	events, _ := again.Apply(s.env, s.fact)
	if isTold(s.fact) {
		again.Todo = s.after.Todo
	}
	if told, ok := s.fact.(RefundTold); ok && s.after.refund(told.RequestID) != nil {
		again.refund(told.RequestID).Todo = s.after.refund(told.RequestID).Todo
	}
	if len(events) > 0 || !reflect.DeepEqual(again, s.after) {
		return fmt.Errorf("repeated, it said %v and changed %s", events, gocmp.Diff(s.after, again))
	}
	return nil
}

func invariantI7(s step) error {
	o := s.after
	for _, r := range o.Refunds {
		if !r.State.Final() && r.Todo.Op == "" {
			return fmt.Errorf("the refund %s is %s and has nothing to do", r.RequestID, r.State)
		}
	}
	switch {
	case o.State.Final(), !s.moved && s.before.Todo == (Todo{}), (&turn{Order: &o}).unheardOf(): // nobody has heard of it
	case o.Todo.Op == "" || o.Todo.At.IsZero():
		return fmt.Errorf("%s has nothing to do", o.State)
	case o.Todo.Round > 0 && s.env.Timers.retry(o.Todo.Round-1) >= s.env.Timers.Longest && !alarmed(&o, "no_definite_answer"):
		return fmt.Errorf("%d requests settled nothing and nobody was told", o.Todo.Round)
	}
	return nil
}

func invariantI8(s step) error {
	completes := len(s.after.Complete.Body) > 0 && len(s.before.Complete.Body) == 0
	if o := s.after; o.Unwanted != "" &&
		(o.State == InService || o.State == Completing || o.State == PaymentPending || o.Todo.Op == OpComplete || completes) {
		return fmt.Errorf("%s, and it is %s, next %s", o.Unwanted, o.State, o.Todo.Op)
	}
	return nil
}

func invariantI9(s step) error {
	for _, c := range s.after.Collections {
		if back := s.after.Returning(c.TransactionID); back > c.Amount && back != s.before.Returning(c.TransactionID) && !alarmed(&s.after, "refunded_after_all") && !alarmed(&s.after, "refunded_elsewhere") {
			return fmt.Errorf("%d of the %d of %s go back", back, c.Amount, c.TransactionID)
		}
	}
	var went money.Fen
	for _, r := range s.after.Refunds {
		if r.State == RefundSucceeded {
			went += r.Amount
		}
	}
	if went != s.after.RefundedFen {
		return fmt.Errorf("%d went back, said are %d", went, s.after.RefundedFen)
	}
	return nil
}

func invariantI10(s step) error {
	for i, r := range s.after.Desk {
		open := s.after.Work != nil && s.after.Work.RequestID == r.RequestID
		if refund := s.after.refund(r.RequestID); refund != nil {
			open = !refund.State.Final() && refund.State != RefundAbnormal
		} else if r.Fact == "cancel_requested" && r.Outcome == "" { // the end answers it
			open = !s.after.State.Final()
		}
		switch {
		case open != (r.Outcome == ""):
			return fmt.Errorf("%s is under way: %v, answered %q", r.RequestID, open, r.Outcome)
		case i < len(s.before.Desk) && s.before.Desk[i].Outcome != "" && s.before.Desk[i].Outcome != r.Outcome && s.after.refund(r.RequestID) == nil:
			return fmt.Errorf("%s was answered %q, then %q", r.RequestID, s.before.Desk[i].Outcome, r.Outcome)
		}
	}
	if w := s.after.Work; (w != nil) != (s.after.State.Owed() && s.after.State != PaymentPending) {
		return fmt.Errorf("%s with work %v", s.after.State, w != nil)
	}
	return nil
}

func unmovedIsUnchanged(s step) error {
	if !s.moved && !reflect.DeepEqual(s.before, s.after) {
		return errors.New(gocmp.Diff(s.before, s.after))
	}
	return nil
}

// seenIn is the order as a fact shows it; nil when it shows none.
func seenIn(f Fact) *Seen {
	switch f := f.(type) {
	case Observed:
		return &f.Seen
	case Answered:
		if f.Verdict == Accepted {
			return f.Seen
		}
	}
	return nil
}

func provesPayment(f Fact) bool {
	s := seenIn(f)
	return s != nil && s.Collection == "USER_PAID"
}

func showsServing(f Fact) bool {
	s := seenIn(f)
	return s != nil && !s.Told && s.State == "DOING" && s.Description == "USER_CONFIRM"
}

func isTold(f Fact) bool {
	_, ok := f.(Observed)
	return ok
}
