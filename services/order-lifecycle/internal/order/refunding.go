package order

import (
	"cmp"
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// RefundMachine is what WeChat's words do to a refund in each state. Every refund of an order has one of its own; what the
// back office asks is in Machine.
//
//	sent   WeChat answered the request   asked  WeChat answered a query   told  WeChat sent a notification
const RefundMachine = `
refund      sent      asked     told
SENDING     received  checked   heard
PROCESSING  .         checked   heard
ABNORMAL    .         checked   heard
SUCCEEDED   .         .         .
CLOSED      .         .         afterAll
REFUSED     afterAll  .         afterAll
`

var refundCells = map[string]cell{
	".": func(*turn, Fact) effect { return nothing }, "received": received, "checked": refundChecked, "heard": heard, "afterAll": afterAll,
}

var refundMachine = parse(RefundMachine, refundCells)

// refundFact is about one refund.
type refundFact interface {
	Fact
	refundID() string
}

// RefundAnswered is WeChat's answer to a refund or to a query about it.
type RefundAnswered struct {
	RequestID string
	Op        Op
	// AskedAt is as in Answered.
	AskedAt time.Time
	Verdict Verdict
	// Reason is the refusal's code.
	Reason string
	// Seen is the refund in the answer; nil when there is none.
	Seen *SeenRefund
	// After is the wait WeChat asks for, or its error calls for; 0 leaves it to our timers.
	After time.Duration
	// Balance is true when the merchant's balance is too low.
	Balance bool
	// Unreadable is as in Answered.
	Unreadable bool
}

// RefundTold is a refund as WeChat told it in a notification. RequestID is empty when the number is not one of ours.
type RefundTold struct {
	RequestID, OutRefundNo string
	Seen                   SeenRefund
}

// SeenRefund is a refund as WeChat showed it.
type SeenRefund struct {
	// Status is PROCESSING, SUCCESS, CLOSED or ABNORMAL.
	Status                  string
	RefundID, TransactionID string
	Amount                  money.Fen
	RefundedAt              time.Time
}

func (a RefundAnswered) refundID() string { return a.RequestID }
func (f RefundTold) refundID() string     { return f.RequestID }

func (a RefundAnswered) column() column {
	if a.Op == OpAskRefund {
		return "asked"
	}
	return "sent"
}
func (RefundTold) column() column { return "told" }

// refundCell is what a fact about a refund does.
func (t *turn) refundCell(f refundFact) cell {
	r := t.refund(f.refundID())
	if f.refundID() == "" || r == nil {
		return refundedElsewhere
	}
	t.Refunds = slices.Clone(t.Refunds) // a turn that is not saved leaves the stored refunds alone
	return refundMachine[State(r.State)][f.column()]
}

// received takes WeChat's answer to a refund. wechat-protocol.md §9.2: after an unknown or failed try the same number.
func received(t *turn, f Fact) effect {
	a := f.(RefundAnswered)
	r := t.refund(a.RequestID)
	if a.Verdict == Accepted || a.Verdict == Unknown || !r.Request.DoubtAt.IsZero() { // this send, or one before it
		t.tried(r)
	}
	switch a.Verdict {
	case Accepted:
		return t.refundShown(r, a.Seen)
	case Unknown:
		r.Request.DoubtAt = t.env.Now
		if a.Unreadable { // WeChat took it, as likely as not: look before it is sent again
			return t.refundAgain(r, OpAskRefund, max(a.After, t.env.Timers.Refund[0]))
		}
		return t.refundAgain(r, OpRefund, a.After)
	case Misconfigured:
		t.alarmOf("configuration", r.RequestID)
		return t.refundAgain(r, OpRefund, a.After)
	case NotNow:
		if a.Balance {
			t.alarmOf("refund_balance_too_low", r.RequestID)
		}
		return t.refundAgain(r, OpRefund, a.After)
	case Missing: // the payment may not be visible yet
		if r.Missing++; r.Missing < unseenPayments {
			return t.refundAgain(r, OpRefund, t.env.Timers.RefundApart)
		}
		return t.refundRefused(r, "not_found")
	default: // Refusal, Ask, NotOurs
		return t.refundRefused(r, cmp.Or(a.Reason, unexplained))
	}
}

// refundRefused takes a no: final at once if no send is in doubt, else proved by a query.
func (t *turn) refundRefused(r *Refund, reason string) effect {
	r.Request.Refusal = reason
	if r.Request.DoubtAt.IsZero() && reason != unexplained {
		return t.refundFailed(r, RefundRefused, reason)
	}
	wait := max(t.untilSettled(r.Request), t.env.Timers.Refund[0]) // no query within a minute of the request (§9.3)
	r.Todo = Todo{Op: OpAskRefund, At: t.env.Now.Add(wait), Refund: r.RequestID, Round: r.Todo.Round}
	return changed
}

// refundChecked takes a query about a refund.
func refundChecked(t *turn, f Fact) effect {
	a := f.(RefundAnswered)
	r := t.refund(a.RequestID)
	switch {
	case a.Verdict == Accepted:
		return t.refundShown(r, a.Seen)
	case a.Verdict == Missing && r.State != RefundSending:
		t.alarmOf("refund_missing", r.RequestID)
	case a.Verdict == Missing && r.Request.Refusal == "":
		return t.refundAgain(r, OpRefund, a.After)
	case a.Verdict == Missing && t.untilSettled(r.Request) > 0:
		r.Todo = Todo{Op: OpAskRefund, At: t.env.Now.Add(t.untilSettled(r.Request)), Refund: r.RequestID, Round: r.Todo.Round}
		return changed
	case a.Verdict == Missing:
		return t.refundFailed(r, RefundRefused, r.Request.Refusal)
	case a.Verdict == Misconfigured:
		t.alarmOf("configuration", r.RequestID)
	case a.Verdict == Refusal, a.Verdict == Ask, a.Verdict == NotOurs:
		t.alarmOf("query_refused", r.RequestID)
	}
	return t.refundAgain(r, OpAskRefund, a.After)
}

// heard takes a notification about a refund. It is signed, and final; one about other money is asked about.
func heard(t *turn, f Fact) effect {
	told := f.(RefundTold)
	r := t.refund(told.RequestID)
	if !r.is(told.Seen) {
		if t.alarmOf("refund_differs", r.RequestID) == nothing {
			return nothing
		}
		wait := max(0, r.sent().Add(t.env.Timers.Refund[0]).Sub(t.env.Now)) // §9.3
		r.Todo = Todo{Op: OpAskRefund, At: t.env.Now.Add(wait), Refund: r.RequestID}
		return changed
	}
	if r.State == RefundSending { // the answer is still to come, or lost
		t.tried(r)
	}
	return t.refundShown(r, &told.Seen)
}

// afterAll takes that a refund goes after all, or went, which WeChat had refused or closed.
func afterAll(t *turn, f Fact) effect {
	r := t.refund(f.(refundFact).refundID())
	var seen *SeenRefund
	switch f := f.(type) {
	case RefundTold:
		if f.Seen.Status == "SUCCESS" && r.is(f.Seen) {
			seen = &f.Seen
		}
	case RefundAnswered: // of a send that was slow
		if f.Verdict == Accepted && f.Seen != nil && (f.Seen.Status == "SUCCESS" || f.Seen.Status == "PROCESSING") && r.may(*f.Seen) {
			seen = f.Seen
			r.State = RefundSending // it is under way again
			t.answered(r.RequestID, "")
		}
	}
	if seen == nil {
		return nothing
	}
	t.alarmOf("refunded_after_all", r.RequestID)
	return t.refundShown(r, seen)
}

func (r Refund) is(s SeenRefund) bool {
	return s.TransactionID == r.TransactionID && s.Amount == r.Amount
}

// may reports that an answer is about r: it was given to r's number, and may leave out what we know.
func (r Refund) may(s SeenRefund) bool {
	return (s.TransactionID == "" || s.TransactionID == r.TransactionID) && (s.Amount == 0 || s.Amount == r.Amount)
}

// refundShown goes where the refund stands.
func (t *turn) refundShown(r *Refund, s *SeenRefund) effect {
	if s == nil {
		return t.refundAgain(r, OpAskRefund, t.env.Timers.Refund[0])
	}
	if !r.may(*s) {
		t.alarmOf("refund_differs", r.RequestID)
		return t.refundAgain(r, OpAskRefund, t.env.Timers.Refund[0])
	}
	r.RefundID = cmp.Or(r.RefundID, s.RefundID)
	switch s.Status {
	case "SUCCESS":
		r.State, r.Failure, r.RefundedAt, r.Todo = RefundSucceeded, "", s.RefundedAt, Todo{}
		t.RefundedFen += r.Amount
		t.answered(r.RequestID, "order.refunded")
		t.emit(WasRefunded{*r})
		return changed
	case "CLOSED":
		return t.refundFailed(r, RefundClosed, "closed")
	case "ABNORMAL":
		return t.refundAbnormal(r)
	case "PROCESSING":
		if r.State == RefundSending { // an abnormal one stays so until it is over
			r.State = RefundProcessing
		}
	default:
		t.alarmOf("provider_state_unknown", r.RequestID)
	}
	return t.refundWatch(r)
}

// refundAbnormal tells once that the money cannot be credited; it is looked at for ever, since somebody may handle it.
func (t *turn) refundAbnormal(r *Refund) effect {
	if r.State != RefundAbnormal {
		r.State, r.Failure = RefundAbnormal, "abnormal"
		t.alarmOf("refund_abnormal", r.RequestID)
		t.answered(r.RequestID, "order.refund_failed")
		t.emit(RefundFailed{*r})
	}
	return t.refundWatch(r)
}

// refundFailed ends a refund that did not reach the customer.
func (t *turn) refundFailed(r *Refund, state RefundState, reason string) effect {
	r.State, r.Failure, r.Todo = state, reason, Todo{}
	t.answered(r.RequestID, "order.refund_failed")
	t.emit(RefundFailed{*r})
	if len(r.RequestID) > len(auto) && r.RequestID[:len(auto)] == auto {
		t.alarmOf("auto_refund_failed", r.RequestID)
	}
	return changed
}

// sent is since when WeChat may work on a refund.
func (r Refund) sent() time.Time {
	if r.TriedAt.IsZero() {
		return r.At
	}
	return r.TriedAt
}

// refundWatch plans the next look at a refund that WeChat works on.
func (t *turn) refundWatch(r *Refund) effect {
	if t.env.Now.Sub(r.sent()) >= t.env.Timers.LongRefund {
		t.alarmOf("refund_slow", r.RequestID)
	}
	r.Todo = Todo{Op: OpAskRefund, At: t.env.Now.Add(t.env.Timers.refund(t.env.Now.Sub(r.sent()))), Refund: r.RequestID}
	return changed
}

// refundAgain plans a request about a refund because the last one settled nothing.
func (t *turn) refundAgain(r *Refund, op Op, atLeast time.Duration) effect {
	gap := t.env.Timers.retry(r.Todo.Round)
	if gap >= t.env.Timers.Longest {
		t.alarmOf("no_definite_answer", r.RequestID)
	}
	at := t.env.Now.Add(max(t.spread(gap, r.RequestID, r.Todo.Round), atLeast))
	if op == OpRefund {
		at = t.apart(*r, at)
	}
	r.Todo = Todo{Op: op, At: at, Refund: r.RequestID, Round: r.Todo.Round + 1}
	return changed
}
