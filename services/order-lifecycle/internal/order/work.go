package order

import (
	"cmp"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// Work is one request of the back office about an order that WeChat collects, under way. There is one at a time.
type Work struct {
	Op Op
	// RequestID and Fact name what asked for it.
	RequestID, Fact string
	Request         Request
	// New are the new amounts of a modify.
	New *End
}

// states of work: where the order is while it is under way.
var workStates = map[Op]State{OpModify: Modifying, OpSync: Syncing, OpCollect: Collecting, OpWithdraw: Withdrawing}

// begin accepts a request of the back office: its bytes are frozen and are to be sent.
func (t *turn) begin(op Op, body []byte, new *End) effect {
	t.accept()
	if t.Work != nil { // see busy
		if w := t.Work; w.Op == OpModify && !w.Request.DoubtAt.IsZero() {
			t.Superseded = w.New
		}
		t.rejectWork("superseded", fault.New(fault.Conflict, "superseded", "it had no definite answer when %s took its place", t.fact.(deskFact).ask().RequestID))
	}
	t.Work = &Work{Op: op, RequestID: t.fact.(deskFact).ask().RequestID, Fact: nameOf(t.fact), Request: Request{Body: body}, New: new}
	t.move(workStates[op])
	return t.do(op, 0)
}

// lower takes a wish for a lower total. wechat-protocol.md §6.6: only downwards; to zero is not documented.
func lower(t *turn, f Fact) effect {
	asked := f.(ModifyAsked)
	total := asked.New.Total
	if t.env.Terms.Cap == 0 {
		return t.reject(fault.Invalid("service_id", "unknown_service", "the order's service is not in merchants.yaml any more"))
	}
	if err := t.checkAmounts(asked.New); err != nil {
		return t.reject(err)
	}
	switch {
	case total <= 0:
		return t.reject(fault.Invalid("total_amount_fen", "modify_to_zero", "must be above 0: cancel the order instead"))
	case total >= t.Total():
		return t.reject(fault.Invalid("total_amount_fen", "modify_upwards", "must be below the present total of %d", t.Total()))
	case total <= t.PaidFen: // what WeChat does then is not documented
		return t.reject(fault.Invalid("total_amount_fen", "modify_below_paid", "must be above the %d that are paid already", t.PaidFen))
	}
	body, err := t.env.Scribe.Modify(t.Order, asked.New, asked.Reason, t.env.Now)
	if err != nil {
		return t.reject(err)
	}
	return t.begin(OpModify, body, &asked.New)
}

// paidElsewhere takes that the customer paid by other means: WeChat is told, and stops. wechat-protocol.md §6.7. It is told a
// second that lies behind the completion; when that has not come yet, it is waited for. When WeChat has collected a part,
// only he who was paid knows whether the rest was paid or the whole, and a part too much.
func paidElsewhere(t *turn, f Fact) effect {
	asked := f.(ElsewherePaid)
	if asked.Amount == 0 && t.PaidFen > 0 {
		return t.reject(fault.Invalid("amount_fen", "paid_elsewhere_amount", "is required: WeChat has collected %d of the %d", t.PaidFen, t.Total()))
	}
	amount := cmp.Or(asked.Amount, t.Total())
	if amount != t.Total() && amount != t.Total()-t.PaidFen {
		return t.reject(fault.Invalid("amount_fen", "paid_elsewhere_amount", "must be the whole, %d, or the %d that WeChat has not collected", t.Total(), t.Total()-t.PaidFen))
	}
	body, err := t.env.Scribe.Sync(t.Order, asked.PaidAt, t.env.Now)
	wait := fault.AfterOf(err)
	if wait > 0 {
		body, err = t.env.Scribe.Sync(t.Order, asked.PaidAt, t.env.Now.Add(wait))
	}
	if err != nil {
		return t.reject(err)
	}
	t.PaidElsewhere = max(t.PaidElsewhere, amount)
	t.begin(OpSync, body, nil)
	return t.do(OpSync, wait)
}

// hurry takes the wish that WeChat collects now. wechat-protocol.md §6.8.
func hurry(t *turn, _ Fact) effect { return t.begin(OpCollect, t.env.Scribe.Collect(t.Order), nil) }

// withdraw takes a cancel after completion: sources disagree on whether WeChat allows it, so it is tried, and a refusal is
// a normal outcome. wechat-protocol.md §6.5.
func withdraw(t *turn, f Fact) effect {
	switch {
	case t.env.Terms.NeverCancelCompleted:
		return t.reject(fault.New(fault.Terminal, "cancel_after_completion_off", "the merchant does not cancel after completion: lower the total, or refund when paid"))
	case t.PaidFen > 0:
		return t.reject(fault.New(fault.Terminal, "partly_paid", "%d of it are paid: lower the total, or refund when paid", t.PaidFen))
	}
	t.AbortReason = f.(CancelAsked).Reason
	return t.begin(OpWithdraw, t.env.Scribe.Cancel(t.Order, "desk_cancel"), nil)
}

// worked takes WeChat's answer to what the back office asked for.
func worked(t *turn, f Fact) effect {
	a := f.(Answered)
	if a.Op != t.Work.Op {
		return nothing
	}
	switch a.Verdict {
	case Accepted:
		return t.workAccepted(a)
	case Misconfigured:
		t.alarm("configuration")
		return t.again(a.Op, a.After)
	case NotNow:
		return t.again(a.Op, a.After)
	case Unknown:
		t.Work.Request.DoubtAt = t.env.Now
		if (a.Op == OpWithdraw || a.Op == OpCollect) && !a.Unreadable { // repeating either is harmless
			return t.again(a.Op, a.After)
		}
		return t.again(OpQuery, a.After) // nothing is written about repeating: look before sending again (§1.5)
	default: // Refusal, Ask, Missing, NotOurs
		t.Work.Request.Refusal = cmp.Or(a.Reason, unexplained)
		return t.do(OpQuery, t.untilSettled(t.Work.Request))
	}
}

// workAccepted takes a yes. That of modify and sync shows the order; that of a cancel does not, nor any in partner mode: a
// query will, also what was deducted in the very moment of the cancel.
func (t *turn) workAccepted(a Answered) effect {
	if a.Op == OpCollect {
		id := t.Work.RequestID
		t.workDone("order.collect_requested")
		t.move(PaymentPending)
		t.emit(WasHurried{id})
		t.Todo = Todo{Op: OpQuery, At: t.env.Now.Add(t.env.Timers.Pending[0])}
		return changed
	}
	t.Work.Request.DoubtAt, t.Work.Request.Refusal = t.env.Now, "" // it was carried out, or will be: no no counts against it
	if a.Seen == nil || a.Op == OpWithdraw {
		return t.do(OpQuery, 0)
	}
	t.learn(*a.Seen)
	if a.Seen.phase() == isPending && !t.Work.fulfilled(*a.Seen) { // a yes that does not show yet: nothing is sent twice for it
		t.collect(*a.Seen)
		return t.again(OpQuery, 0)
	}
	return t.workShown(*a.Seen)
}

// watching takes a query (or a notification) while a request of the back office has no definite answer.
func watching(t *turn, f Fact) effect { return t.judge(f, t.workShown) }

// workShown goes where the order stands.
func (t *turn) workShown(s Seen) effect {
	switch s.phase() {
	case isPaid:
		return t.proof(s)
	case isRevoked:
		if t.Work.Op != OpWithdraw {
			return t.gone(s)
		}
		t.workDone("order.revoked")
		return t.revoked("desk_cancel", s)
	case isExpired:
		return t.gone(s)
	case isFree:
		t.alarm("total_differs")
		return t.finish(Free, "", WasFree{})
	case isPending:
		t.collect(s)
		return t.stillPending(s)
	case isServing, isCreated:
		t.alarm("provider_state_differs")
	}
	return t.again(OpQuery, 0)
}

// fulfilled reports that an order that WeChat collects shows the lower total, or one that somebody lowered further.
func (w *Work) fulfilled(s Seen) bool {
	return w.Op == OpModify && s.Total != nil && *s.Total <= w.New.Total
}

// stillPending takes that WeChat goes on collecting: the new total is in force, or nothing came of the request yet.
func (t *turn) stillPending(s Seen) effect {
	w := t.Work
	switch {
	case w.Op == OpModify && s.Total == nil:
		return t.again(OpQuery, 0)
	case w.fulfilled(s):
		if *s.Total < w.New.Total {
			t.alarm("total_differs")
		}
		t.modified()
		t.move(PaymentPending)
		return t.pend()
	case w.Request.Refusal == "":
		return t.again(w.Op, 0)
	}
	if wait := t.untilSettled(w.Request); wait > 0 {
		return t.do(OpQuery, wait)
	}
	return t.workRefused(w.Request.Refusal)
}

// modified takes that the new total is in force.
func (t *turn) modified() {
	w := t.Work
	t.workDone("order.modified")
	t.lowerTo(w.New, w.RequestID)
	t.Superseded = nil
}

// supersededShows takes that a modify which another request replaced was carried out all the same: its total is in force. Its
// request was answered.
func (t *turn) supersededShows(s Seen) {
	if t.Superseded == nil || !t.State.Owed() {
		return
	}
	paid := s.phase() == isPaid && s.PaidFen == t.Superseded.Total && s.PaidFen != t.Total()
	if paid || s.phase() == isPending && s.Total != nil && *s.Total == t.Superseded.Total {
		t.lowerTo(t.Superseded, "")
		t.Superseded = nil
	}
}

// lowerTo puts lower amounts in force.
func (t *turn) lowerTo(amounts *End, requestID string) {
	old, e := t.Total(), *t.Ended
	e.Total, e.Lines, e.Discounts = amounts.Total, amounts.Lines, amounts.Discounts
	t.Ended = &e
	t.emit(WasModified{requestID, old, e.Total})
}

// workDone ends the present work with its answer.
func (t *turn) workDone(outcome string) {
	t.answered(t.Work.RequestID, outcome)
	t.Work = nil
}

// workRefused ends the present work with WeChat's no, proved by a query: WeChat goes on collecting.
func (t *turn) workRefused(reason string) effect {
	if reason == "deduction_failed" {
		t.DeductionNote = reason
	}
	if t.Work.Op == OpSync { // §6.7: 收款结果不明 is to be tried later; and what the customer paid stays paid
		t.alarm("sync_refused")
		t.Work.Request.Refusal = ""
		return t.do(OpSync, t.env.Timers.pending(t.env.Now.Sub(t.Steps[len(t.Steps)-1].At)))
	}
	t.move(PaymentPending)
	t.rejectWork("provider_refused", fault.New(fault.Terminal, "provider_refused", "WeChat refused: %s", reason))
	return t.pend()
}

// rejectWork answers the present work with a rejection.
func (t *turn) rejectWork(code string, why error) {
	w := t.Work
	t.workDone(code)
	t.rejectFact(Rejection{Fact: w.Fact, FactID: t.factOf(w.RequestID), RequestID: w.RequestID}, why)
}

func (t *turn) factOf(requestID string) string {
	i := slices.IndexFunc(t.Desk, func(r DeskRequest) bool { return r.RequestID == requestID })
	if i < 0 {
		return ""
	}
	return t.Desk[i].FactID
}

// unask answers what the back office asked for and the end of the order answers (I10): a cancel by whichever end came, but for a
// payment, which refuses it. Of the work that the end overtook, what it fulfils is done, and the rest is refused.
func (t *turn) unask(end State) {
	for i, r := range t.Desk {
		switch {
		case r.Outcome != "" || r.Fact != "cancel_requested" || t.Work != nil && t.Work.RequestID == r.RequestID:
		case end == Paid:
			t.Desk[i].Outcome = "already_paid"
			t.rejectFact(Rejection{Fact: r.Fact, FactID: r.FactID, RequestID: r.RequestID, SentAt: r.SentAt}, paidFirst())
		default:
			t.Desk[i].Outcome = "order." + strings.ToLower(string(end))
		}
	}
	if t.Work == nil {
		return
	}
	switch {
	case end == Paid && (t.Work.Op == OpSync || t.Work.Op == OpCollect):
		t.workDone("order.paid")
	case end == Paid:
		t.rejectWork("already_paid", paidFirst())
	default:
		t.rejectWork("order_closed", fault.New(fault.Terminal, "order_closed", "the order ended as %s", end))
	}
}

// paidFirst refuses what the payment overtook.
func paidFirst() error {
	return fault.New(fault.Terminal, "already_paid", "the payment came first: refund it instead")
}

// commands reports whether paid is what WeChat was told to collect. While a lower total is on its way, either is.
func (t *turn) commands(paid money.Fen) bool {
	if t.State == Modifying && paid == t.Work.New.Total {
		return true
	}
	return (t.State == Completing || t.State.Owed()) && paid == t.Total()
}
