package order

import (
	"cmp"

	"github.com/facepay-go/facepay/pkg/fault"
)

// completed takes WeChat's answer to our complete. A synchronous answer is not a payment. wechat-protocol.md §6.4.
func completed(t *turn, f Fact) effect {
	a := f.(Answered)
	if a.Op != OpComplete {
		return nothing
	}
	switch a.Verdict {
	case Accepted:
		t.learn(*a.Seen)
		return t.ended(*a.Seen, OpQuery)
	case Unknown:
		// Sources disagree on repeating a complete that was carried out: look before sending again.
		t.Complete.DoubtAt = t.env.Now
		return t.again(OpQuery, a.After)
	case Misconfigured:
		t.alarm("configuration")
		return t.again(OpComplete, a.After)
	case NotNow:
		return t.again(OpComplete, a.After)
	default: // Refusal, Ask, Missing, NotOurs: a no, once a query shows that the service still runs
		t.Complete.Refusal = cmp.Or(a.Reason, unexplained)
		return t.do(OpQuery, t.untilSettled(t.Complete))
	}
}

// checked takes a query (or a notification) while the complete has no definite answer.
func checked(t *turn, f Fact) effect {
	return t.judge(f, func(seen Seen) effect { return t.ended(seen, OpComplete) })
}

// ended goes where the order stands after our complete; while it still serves, next is what to do: ask once more after
// an answer, send the same bytes again after a query.
func (t *turn) ended(s Seen, next Op) effect {
	switch s.phase() {
	case isPending:
		return t.receivable(s)
	case isFree:
		return t.free()
	case isUnclear:
		// That a zero total ends in DONE is expected, not established (§10.4), and whether WeChat then repeats the total.
		if s.State == "DONE" && s.Collection == "" && s.Total == nil && t.Total() == 0 {
			return t.free()
		}
	case isPaid:
		return t.proof(s)
	case isRevoked, isExpired:
		return t.gone(s)
	case isServing:
		return t.unended(next)
	}
	return t.again(OpQuery, 0)
}

// stopCompleting takes a cancel of the back office while the end of the service has no definite answer. Before a person was
// told of that wait its answer is waited for. After it, this is the way out: the order is cancelled if the completion never
// landed, and else collected.
func stopCompleting(t *turn, f Fact) effect {
	if !t.personTold() {
		return notYet(t, f)
	}
	return deskCancel(t, f)
}

// receivable takes that WeChat collects from now on.
func (t *turn) receivable(s Seen) effect {
	if t.Total() == 0 { // nothing to collect: DONE is expected, a query confirms it
		return t.again(OpQuery, 0)
	}
	if s.Total != nil && *s.Total != t.Total() {
		t.alarm("total_differs")
	}
	t.PendingSince = t.env.Now
	t.move(PaymentPending)
	t.collect(s)
	t.emit(IsPending{t.Total()})
	return t.pend()
}

// free takes that WeChat ended the order with nothing to pay.
func (t *turn) free() effect {
	if t.Total() != 0 {
		t.alarm("total_differs")
	}
	return t.finish(Free, "", WasFree{})
}

// unended takes that WeChat does not see the end: a refusal is proved once no send in doubt can land any more.
func (t *turn) unended(next Op) effect {
	if t.Complete.Refusal == "" {
		return t.again(next, 0)
	}
	if wait := t.untilSettled(t.Complete); wait > 0 {
		return t.do(OpQuery, wait)
	}
	return t.backToService()
}

// backToService undoes an end that WeChat definitely refused: the gateway is told and may end the service with other
// data. The goods may be gone, so a person is told as well.
func (t *turn) backToService() effect {
	id, reason := t.Ended.FactID, t.Complete.Refusal
	t.Ended, t.Complete = nil, Request{}
	t.move(InService)
	t.alarm("complete_refused")
	t.rejectFact(Rejection{Fact: "service_ended", FactID: id}, fault.New(fault.Terminal, "provider_refused", "WeChat refused the completion: %s", reason))
	return t.watch()
}
