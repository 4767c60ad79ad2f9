package order

import (
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// deskFact is a request of the back office.
type deskFact interface {
	Fact
	ask() DeskAsk
}

// DeskRequest is an accepted request of the back office.
type DeskRequest struct {
	RequestID, FactID string
	// Fact is its name: cancel_requested, refund_requested, …
	Fact string
	At   time.Time
	// Outcome is what became of it: the event that answered it, or the code of its refusal; empty while it is under way.
	Outcome string
	// SentAt is the time that its last message carried.
	SentAt time.Time
}

// keptDesk bounds what a confused back office can make us store.
const keptDesk = 256

// newRequest refuses a request of the back office whose number cannot be used.
func (t *turn) newRequest(f Fact) error {
	asked, ok := f.(deskFact)
	if !ok {
		return nil
	}
	id := asked.ask().RequestID
	switch {
	case strings.HasPrefix(id, auto):
		return fault.Invalid("request_id", "request_id", "must not begin with %s", auto)
	case id == "":
		return fault.Invalid("request_id", "request_id", "must be 1 to 31 of 0-9 A-Z a-z _ -")
	}
	if err := t.usedBefore(f); err != nil {
		return err
	}
	if len(t.Desk) >= keptDesk {
		return fault.New(fault.Terminal, "too_many_requests", "the back office has asked for %d things with this order already", keptDesk)
	}
	return nil
}

// usedBefore is the conflict of a request under the number of another one. While that is under way nobody is invited to try
// again under a new number: that would refund twice.
func (t *turn) usedBefore(f Fact) error {
	asked, ok := f.(deskFact)
	if !ok || asked.ask().RequestID == "" {
		return nil
	}
	id := asked.ask().RequestID
	for _, r := range t.Desk {
		switch {
		case r.RequestID != id:
		case r.Outcome == "":
			return fault.New(fault.Conflict, "request_id_conflict",
				"the request_id is that of a %s with other content, which is under way: wait for its answer", r.Fact)
		default:
			return fault.New(fault.Conflict, "request_id_conflict",
				"the request_id is that of a %s with other content, which was answered by %s: another request needs its own", r.Fact, r.Outcome)
		}
	}
	for _, r := range t.Rejections {
		if r.RequestID == id {
			return fault.New(fault.Conflict, "request_id_conflict",
				"the request_id is that of a %s with other content, which was refused (%s): another request needs its own", r.Fact, r.Code)
		}
	}
	return nil
}

// askedAgain gives the first answer again to a request of the back office that is known and came in another message: who sends
// it lost the answer. One that is under way is said to be, and nothing is asked for twice. The same message again is a
// redelivery, and answered by nothing.
func (t *turn) askedAgain(f Fact) effect {
	asked, ok := f.(deskFact)
	if !ok {
		return nothing
	}
	a := asked.ask()
	refusal := slices.IndexFunc(t.Rejections, func(r Rejection) bool { return r.FactID == a.FactID })
	request := slices.IndexFunc(t.Desk, func(r DeskRequest) bool { return r.FactID == a.FactID })
	sent := new(time.Time)
	switch {
	case request >= 0:
		sent = &t.Desk[request].SentAt
	case refusal >= 0:
		sent = &t.Rejections[refusal].SentAt
	}
	if sent.Equal(a.SentAt) {
		return nothing
	}
	*sent = a.SentAt
	if refusal >= 0 && (request < 0 || t.Desk[request].Outcome == t.Rejections[refusal].Code) {
		t.emit(WasRejected{t.Rejections[refusal], t.State})
	} else {
		t.emit(WasAskedAgain{t.Desk[request]})
	}
	return changed
}

// accept keeps the present request of the back office.
func (t *turn) accept() {
	a := t.fact.(deskFact).ask()
	t.Desk = append(t.Desk, DeskRequest{RequestID: a.RequestID, FactID: a.FactID, Fact: nameOf(t.fact), At: t.env.Now, SentAt: a.SentAt})
}

// answered notes what became of a request.
func (t *turn) answered(requestID, outcome string) {
	for i := range t.Desk {
		if t.Desk[i].RequestID == requestID {
			t.Desk[i].Outcome = outcome
		}
	}
}

// deskAbandon cancels an attempt before anything was sent.
func deskAbandon(t *turn, f Fact) effect {
	if t.unheardOf() {
		return notYet(t, f)
	}
	t.acceptCancel()
	return t.finish(Abandoned, "desk_cancel", WasAbandoned{"desk_cancel"})
}

// deskUnwant cancels an order being opened: it is opened to the definite answer, then cancelled.
func deskUnwant(t *turn, f Fact) effect {
	if t.Create.Tries == 0 {
		return deskAbandon(t, f)
	}
	t.acceptCancel()
	if t.Unwanted == "" {
		t.Unwanted = "desk_cancel"
	}
	if t.Parked != nil {
		t.dropParked(fault.New(fault.Terminal, "order_closed", "the order is cancelled (desk_cancel)"))
	}
	return changed
}

// deskCancel cancels an order in service, or one that waits for its user.
func deskCancel(t *turn, _ Fact) effect {
	t.acceptCancel()
	return t.revoke("desk_cancel")
}

// unheardOf reports that nobody but the back office ever named the number.
func (t *turn) unheardOf() bool {
	return t.State == Attempt && t.Session.OpenedAt.IsZero() && t.Face.FactID == "" && t.Wish == nil && t.Parked == nil &&
		t.Consent == (Consent{}) && !t.PaymentTold && !slices.ContainsFunc(t.Rejections, ofKiosk)
}

// deskAgain takes a cancel while another is under way: the same end answers it, and its number is used. After a person was
// told that the cancel gets nowhere, it is sent at once.
func deskAgain(t *turn, _ Fact) effect {
	t.accept()
	if t.personTold() {
		t.Todo = Todo{Op: OpCancel, At: t.env.Now}
	}
	return changed
}

// acceptCancel accepts a cancel; the end of the order answers it.
func (t *turn) acceptCancel() {
	t.accept()
	t.AbortReason = t.fact.(deskFact).ask().Reason
}

// notYet refuses a request that needs an order that WeChat collects, or one that is paid.
func notYet(t *turn, f Fact) effect {
	if t.unheardOf() {
		return t.reject(fault.New(fault.NotFound, "order_unknown", "no order of this number is known"))
	}
	if _, ok := f.(RefundAsked); ok {
		return t.reject(fault.New(fault.Terminal, "not_paid", "the order is %s: only what was paid can be refunded", t.State))
	}
	return t.reject(fault.New(fault.Terminal, "not_pending", "the order is %s: wait for order.payment_pending", t.State))
}

// busy refuses a request while another one is under way. Once a person was told that the other one gets no definite answer,
// a new one takes its place: that is the way out.
func busy(t *turn, f Fact) effect {
	take, ok := map[column]cell{"cancel": withdraw, "modify": lower, "elsewhere": paidElsewhere, "collect": hurry}[f.column()]
	switch {
	case !ok:
		return notYet(t, f)
	case t.personTold():
		return take(t, f)
	}
	return t.reject(fault.New(fault.Conflict, "operation_running", "the order is %s (%s): wait for its answer", t.State, t.Work.RequestID))
}

// tooLateToAsk refuses a request about an order that is over.
func tooLateToAsk(t *turn, _ Fact) effect {
	if t.State == Paid {
		return t.reject(fault.New(fault.Terminal, "already_paid", "the order is paid: what WeChat collected and should not have goes back by a refund"))
	}
	return t.reject(fault.New(fault.Terminal, "order_closed", "the order ended as %s", t.State))
}
