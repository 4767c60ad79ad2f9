package order

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// Env is what one application of a fact needs from outside.
type Env struct {
	Now    time.Time
	Terms  Terms
	Timers Timers
	Scribe Scribe
}

// Terms are what WeChat agreed with the merchant for the order's service; zero when the service is not configured.
type Terms struct {
	// Cap is the service's risk amount cap (风险金额上限); above 0 for every configured service.
	Cap money.Fen
	// RiskFundIsCap is true for services of risk mode "deposit": the total may reach the order's own risk amount only.
	RiskFundIsCap bool
	// Confirm is true for a need-confirm service (需确认).
	Confirm bool
	// ServiceByPhone is true when a customer who chose the phone at the kiosk (SCAN_PAYMENT) may go on under the same number.
	ServiceByPhone bool
	// LongService is the age from which on a service is told to run for too long; 0 takes the timer's.
	LongService time.Duration
	// NeverCancelCompleted is true for a merchant that does not try to cancel after completion (sources disagree on whether
	// WeChat allows it, wechat-protocol.md §6.5).
	NeverCancelCompleted bool
}

// Scribe writes the bytes of requests and knows the provider's rules for them. It does no I/O. Its errors name the field
// and the rule.
type Scribe interface {
	// Create reads details as the service_requested of an order with a Wish, else as the face result.
	Create(o *Order, details []byte, now time.Time) ([]byte, error)
	// StartLater is a create request that nobody carried out, with a start_time behind now; body itself if it has that.
	StartLater(body []byte, now time.Time) []byte
	Complete(o *Order, e End, endAt, now time.Time) ([]byte, error)
	Cancel(o *Order, reason string) []byte
	Modify(o *Order, e End, reason string, now time.Time) ([]byte, error)
	Sync(o *Order, paidAt, now time.Time) ([]byte, error)
	Collect(o *Order) []byte
	Refund(o *Order, r Refund, now time.Time) ([]byte, error)
}

// turn is one fact being applied.
type turn struct {
	*Order
	env    Env
	fact   Fact
	events []Event
	// met are the alarms that this fact gave reason for, raised now or in this wait before.
	met []AlarmRaised
}

// Apply lets a fact work on the order. It returns the events it causes and whether the order changed at all.
func (o *Order) Apply(env Env, f Fact) (events []Event, moved bool) {
	t := &turn{Order: o, env: env, fact: f}
	if t.knows(idOf(f)) {
		return t.events, t.settle(t.askedAgain(f))
	}
	if t.outdated(f) {
		return nil, false
	}
	if err := t.newRequest(f); err != nil {
		return t.events, t.settle(t.reject(err))
	}
	cell := machine[o.State][f.column()]
	if r, ok := f.(refundFact); ok {
		cell = t.refundCell(r)
	}
	t.unfamiliar(f)
	return t.events, t.settle(cell(t, f))
}

// Reject refuses a fact for a reason found outside this package (an unknown service, say).
func (o *Order) Reject(env Env, f Fact, why error) (events []Event, moved bool) {
	t := &turn{Order: o, env: env, fact: f}
	if t.knows(idOf(f)) {
		return t.events, t.settle(t.askedAgain(f))
	}
	t.locate(f)
	return t.events, t.settle(t.reject(cmp.Or(t.usedBefore(f), why)))
}

// knows reports whether a fact was accepted, parked or refused before (I6).
func (o *Order) knows(id string) bool {
	return id != "" && (slices.Contains(o.Ends, id) || id == o.Face.FactID || id == o.AbortID || o.Wish != nil && (id == o.Wish.FactID || id == o.Wish.FaceFactID) ||
		o.Parked != nil && id == o.Parked.FactID || o.Ended != nil && id == o.Ended.FactID ||
		slices.ContainsFunc(o.Desk, func(r DeskRequest) bool { return r.FactID == id }) ||
		slices.ContainsFunc(o.Rejections, func(r Rejection) bool { return r.FactID == id }))
}

// outdated reports a query's answer that shows the order as it was before the state moved on, or before what we know of it,
// and an answer to a request that another one has replaced.
func (t *turn) outdated(f Fact) bool {
	a, ok := f.(Answered)
	return ok && (a.Op == OpQuery && (a.AskedIn != "" && a.AskedIn != t.State || t.old()) || a.About != "" && a.About != t.About(a.Op))
}

// old reports that the fact answers what was asked before what we know was. A notification answers nothing: the clock of who
// takes it may lag behind the one of who asked, and says nothing of its age.
func (t *turn) old() bool {
	a, ok := t.fact.(Answered)
	return ok && !a.AskedAt.IsZero() && a.AskedAt.Before(t.KnownAt)
}

// asked is when WeChat was asked what the fact answers; now for anything else.
func (t *turn) asked() time.Time {
	if a, ok := t.fact.(Answered); ok && !a.AskedAt.IsZero() {
		return a.AskedAt
	}
	return t.env.Now
}

// showsOrder reports that a fact is an answer with the order in it.
func showsOrder(f Fact) bool {
	a, ok := f.(Answered)
	return ok && a.Verdict == Accepted && a.Seen != nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// settle sees to it that an order that is not final has something to do next (I7). A number that only the back office named,
// by mistake or too early, stays free.
func (t *turn) settle(e effect) bool {
	moved := e == changed || len(t.events) > 0
	if moved {
		t.endWaits()
	}
	if moved && !t.State.Final() && t.Todo == (Todo{}) && !t.unheardOf() {
		t.think(t.patience())
	}
	if moved && showsOrder(t.fact) {
		t.KnownAt = latest(t.KnownAt, t.asked())
	}
	return moved
}

// patience is until when an order waits that nothing was sent for. What comes between, a notification without ground say, makes
// it neither shorter nor longer.
func (t *turn) patience() time.Time {
	switch {
	case t.State == Authorising:
		return t.Steps[len(t.Steps)-1].At.Add(t.env.Timers.AuthoriseWithin)
	case t.State == Attempt && t.Parked != nil:
		return t.Parked.HeardAt.Add(t.env.Timers.ParkFor)
	case t.State == Attempt && t.Face.FactID != "": // SCAN_PAYMENT: the customer may come back by phone
		return t.Face.At.Add(t.env.Timers.ParkFor)
	case t.State == Attempt && !t.Session.ExpiresAt.IsZero():
		return t.Session.ExpiresAt.Add(t.env.Timers.ParkFor)
	}
	return t.env.Now.Add(t.env.Timers.ParkFor)
}

func (t *turn) emit(e Event) { t.events = append(t.events, e) }

// move changes the state and forgets what was to be done in the old one.
func (t *turn) move(to State) {
	t.Steps = append(t.Steps, Step{At: t.env.Now, From: t.State, To: to, By: string(t.fact.column())})
	t.State, t.Todo = to, Todo{}
	t.endAlarms(AlarmRaised.ofOrder)
	if to.Final() {
		t.unask(to)
	}
}

// do plans the next request for after a wait.
func (t *turn) do(op Op, after time.Duration) effect {
	t.Todo = Todo{Op: op, At: t.env.Now.Add(after), Round: t.Todo.Round}
	return changed
}

// again plans a request because the last one, whichever it was, settled nothing. The gap grows with every repetition;
// atLeast is a wait WeChat asked for. When the gap has reached its longest, a person is told, once in this wait.
func (t *turn) again(op Op, atLeast time.Duration) effect {
	gap := t.env.Timers.retry(t.Todo.Round)
	if gap >= t.env.Timers.Longest {
		t.alarm("no_definite_answer")
	}
	t.do(op, max(atLeast, t.spread(gap, "", t.Todo.Round)))
	t.Todo.Round++
	return changed
}

// think plans a look at the order itself, unless something nearer is planned.
func (t *turn) think(at time.Time) effect {
	if t.Todo.Op == "" || t.Todo.Op == Think || at.Before(t.Todo.At) {
		t.Todo = Todo{Op: Think, At: at}
	}
	return changed
}

// ask turns a thought into a query, in states that have nothing to think about.
func ask(t *turn, _ Fact) effect { return t.do(OpQuery, 0) }

// finish ends the order: state, reason, and nothing more to do but to confirm a payment that was told. Of an end without a
// payment, what WeChat has collected all the same is a person's business.
func (t *turn) finish(to State, reason string, e Event) effect {
	if to != Paid && t.PaidFen > 0 {
		t.alarm("closed_partly_paid")
	}
	t.move(to)
	t.Reason = reason
	t.emit(e)
	if t.PaymentTold {
		t.do(OpQuery, 0)
	}
	if t.Parked != nil {
		t.dropParked(fault.New(fault.Terminal, "order_closed", "the order ended as %s", to))
	}
	return changed
}

// keptRejections bounds what a confused gateway can make us store; later refusals are only alarmed. The back office has a
// bound of its own, keptDesk. What was accepted of either is answered whatever else was refused.
const keptRejections = 32

// reject refuses the present fact.
func (t *turn) reject(why error) effect {
	r := Rejection{Fact: nameOf(t.fact), FactID: idOf(t.fact)}
	if asked, ok := t.fact.(deskFact); ok {
		r.RequestID, r.SentAt = asked.ask().RequestID, asked.ask().SentAt
	}
	return t.rejectFact(r, why)
}

// rejectFact refuses the fact that r names.
func (t *turn) rejectFact(r Rejection, why error) effect {
	if t.crowded(r) {
		return t.alarm("too_many_rejected_facts")
	}
	r.At, r.Code, r.Field, r.Reason = t.env.Now, fault.CodeOf(why), fault.FieldOf(why), fault.TextOf(why)
	t.Rejections = append(t.Rejections, r)
	t.emit(WasRejected{r, t.State})
	return changed
}

// crowded reports that refusals like r have been kept too often already.
func (t *turn) crowded(r Rejection) bool {
	if r.FactID != "" && (r.FactID == t.factOf(r.RequestID) || slices.Contains(t.Ends, r.FactID)) { // it was accepted once
		return false
	}
	kept, most := 0, keptDesk
	if ofKiosk(r) {
		most = keptRejections
	}
	for _, other := range t.Rejections {
		if ofKiosk(other) == ofKiosk(r) {
			kept++
		}
	}
	return kept >= most
}

// ofKiosk reports that the gateway sent what was refused, and not the back office.
func ofKiosk(r Rejection) bool {
	return r.Fact == "face_result" || strings.HasPrefix(r.Fact, "service_")
}

// dropParked refuses a service_ended that waited in vain.
func (t *turn) dropParked(why error) {
	id := t.Parked.FactID
	t.keepEnd(id) // one that was stored before ends were kept
	t.Parked = nil
	t.rejectFact(Rejection{Fact: "service_ended", FactID: id}, why)
}

func nameOf(f Fact) string {
	switch f.(type) {
	case FaceSucceeded, FaceFailed:
		return "face_result"
	case ServiceEnded:
		return "service_ended"
	case ServiceAborted:
		return "service_aborted"
	case ServiceRequested:
		return "service_requested"
	case CancelAsked:
		return "cancel_requested"
	case ModifyAsked:
		return "amount_modify_requested"
	case ElsewherePaid:
		return "paid_elsewhere"
	case CollectAsked:
		return "collect_requested"
	case RefundAsked:
		return "refund_requested"
	}
	return string(f.column())
}

func idOf(f Fact) string {
	switch f := f.(type) {
	case FaceSucceeded:
		return f.ID
	case FaceFailed:
		return f.ID
	case ServiceEnded:
		return f.End.FactID
	case ServiceAborted:
		return f.ID
	case ServiceRequested:
		return f.ID
	case deskFact:
		return f.ask().FactID
	}
	return ""
}
