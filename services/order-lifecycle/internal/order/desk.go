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
}

// keptDesk bounds what a confused back office can make us store.
const keptDesk = 256

// newRequest refuses a request of the back office under a number that was used before: its first use has the answer.
func (t *turn) newRequest(f Fact) error {
	asked, ok := f.(deskFact)
	if !ok {
		return nil
	}
	id := asked.ask().RequestID
	used := slices.ContainsFunc(t.Desk, func(r DeskRequest) bool { return r.RequestID == id }) ||
		slices.ContainsFunc(t.Rejections, func(r Rejection) bool { return r.RequestID == id })
	switch {
	case strings.HasPrefix(id, auto):
		return fault.Invalid("request_id", "request_id", "must not begin with %s", auto)
	case id == "":
		return fault.Invalid("request_id", "request_id", "must be 1 to 31 of 0-9 A-Z a-z _ -")
	case used:
		return fault.New(fault.Conflict, "request_id_conflict", "the request_id was used before in this order; a new try needs a new one")
	case len(t.Desk) >= keptDesk:
		return fault.New(fault.Terminal, "too_many_requests", "the back office has asked for %d things with this order already", keptDesk)
	}
	return nil
}

// accept keeps the present request of the back office.
func (t *turn) accept() {
	a := t.fact.(deskFact).ask()
	t.Desk = append(t.Desk, DeskRequest{RequestID: a.RequestID, FactID: a.FactID, Fact: nameOf(t.fact), At: t.env.Now})
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
