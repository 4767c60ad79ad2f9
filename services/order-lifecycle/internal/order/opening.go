package order

import (
	"cmp"
	"time"
)

// created takes WeChat's answer to our create. wechat-protocol.md §6.2.
func created(t *turn, f Fact) effect {
	a := f.(Answered)
	if a.Op != OpCreate {
		return nothing
	}
	switch a.Verdict {
	case Accepted:
		return t.exists(*a.Seen)
	case Unknown:
		// Resend the identical bytes until there is a definite answer; "not found" alone would be no "no".
		t.Create.DoubtAt = t.env.Now
		if a.Unreadable { // the order is there, as likely as not: look before it is sent again
			return t.again(OpQuery, a.After)
		}
		return t.resend("", a.After)
	case Misconfigured:
		t.alarm("configuration")
		return t.resend("configuration", a.After)
	case NotNow, Missing:
		return t.resend("", a.After)
	case NotOurs:
		return t.taken()
	case Refusal:
		t.Create.Refusal = a.Reason
		if t.Create.DoubtAt.IsZero() {
			return t.refuseOpening()
		}
		return t.do(OpQuery, t.untilSettled(t.Create))
	default: // Ask
		t.Create.Refusal = unexplained
		return t.do(OpQuery, 0)
	}
}

// unexplained is a no without a known cause: what a query does not find is refused, what it finds is judged by its
// state. wechat-protocol.md §6.10.
const unexplained = "unexplained"

// resend plans the create once more. Nobody waits for it after a while: then it is sent again only if an earlier send
// may still land, since that needs a definite answer; else the order is refused, for why or for what made it unwanted.
func (t *turn) resend(why string, after time.Duration) effect {
	t.tooLate()
	if t.Unwanted != "" && t.Create.DoubtAt.IsZero() {
		return t.refuse(cmp.Or(why, t.Unwanted))
	}
	return t.again(OpCreate, after)
}

// taken ends an opening under a number that exists at WeChat with other content: not ours to touch.
func (t *turn) taken() effect {
	t.alarm("number_taken")
	return t.refuse("number_taken")
}

// found takes a query (or a notification) while the create has no definite answer.
func found(t *turn, f Fact) effect {
	seen, a := t.look(f)
	refusal, doubt := t.Create.Refusal, !t.Create.DoubtAt.IsZero()
	switch {
	case seen == nil && a.Verdict == Missing && refusal == "":
		return t.resend("", 0)
	case seen == nil && a.Verdict == Missing:
		if wait := t.untilSettled(t.Create); wait > 0 { // the first request may still land
			return t.do(OpQuery, wait)
		}
		return t.refuseOpening()
	case seen == nil:
		return t.again(OpQuery, a.After)
	case seen.Told && seen.phase() != isPaid:
		return nothing // it may be older than our create
	case seen.phase() == isPaid:
		return t.proof(*seen)
	case refusal == "":
		return t.exists(*seen)
	case !doubt: // refused at the first try and yet there: somebody else made it
		return t.taken()
	case refusal == unexplained: // the doubtful send landed, and its repetition was found odd
		return t.exists(*seen)
	default:
		// A doubtful create landed after all. An order found after a refusal is cancelled, never completed.
		t.alarm("found_after_refusal")
		t.Unwanted = "found_after_refusal"
		return t.exists(*seen)
	}
}

// exists takes the proof that WeChat holds our order.
func (t *turn) exists(s Seen) effect {
	t.learn(s)
	switch s.phase() {
	case isServing:
		if t.tooLate(); t.Unwanted != "" {
			return t.revoke(t.Unwanted)
		}
		return t.serve()
	case isCreated:
		if t.Wish != nil && t.Wish.Confirm {
			if s.Package == "" && showsQuery(t.fact) && t.Create.Refusal == "" {
				return t.fetchPackage()
			}
			return t.awaitConfirm(s)
		}
		// need_user_confirm did not reach WeChat as false: nobody will ever confirm.
		t.alarm("created_instead_of_doing")
		return t.revoke("created_instead_of_doing")
	case isExpired:
		if t.Wish != nil && t.Wish.Confirm { // it waited for its user while its create had no answer
			return t.finish(Expired, "", WasExpired{})
		}
	}
	return t.elsewhere(s)
}

// fetchPackage sends the same create once more: the answer with the package was lost, and only the answer to a create has one
// (wechat-protocol.md §6.2, re-entrant). If WeChat finds the repetition odd, the order waits without one, and OrderJump says so.
func (t *turn) fetchPackage() effect {
	if t.Create.DoubtAt.IsZero() { // it was carried out: no other bytes, and a refusal proves nothing
		t.Create.DoubtAt = t.env.Now
	}
	return t.again(OpCreate, 0)
}

// showsQuery reports that a fact is the answer to a query.
func showsQuery(f Fact) bool { return f.column() == "query" }

// serve opens the door.
func (t *turn) serve() effect {
	t.move(InService)
	if t.StartedAt.IsZero() {
		t.StartedAt = t.env.Now
	}
	t.emit(Opened{})
	return endNow(t, nil)
}

// refuseOpening ends an opening with the reason of its definite no; our own mistakes are alarmed.
func (t *turn) refuseOpening() effect {
	switch t.Create.Refusal {
	case "not_authorised":
		t.alarm("create_refused_not_authorised")
	case unexplained:
		t.alarm("create_refused_unexplained")
	case "rule", "above_cap", "end_before_start":
		t.alarm("create_refused_rule")
	}
	t.refuse(t.Create.Refusal)
	return t.lookForLate()
}

// tooLate gives the order up when nobody can be standing at the kiosk any more.
func (t *turn) tooLate() {
	within := t.env.Timers.OpenWithin
	if t.Wish != nil && t.Wish.Confirm { // the user has the phone in his hand
		within = t.env.Timers.ConfirmWithin
		if within == 0 {
			return
		}
	}
	if t.Unwanted == "" && t.env.Now.Sub(t.Face.At) > within {
		t.Unwanted = "open_timeout"
		t.alarm("open_timeout")
	}
}

// untilSettled is how long a doubtful request may still be carried out. A query that was asked before that is over proves
// nothing, however late its answer came: it is to be asked again.
func (t *turn) untilSettled(r Request) time.Duration {
	if r.DoubtAt.IsZero() {
		return 0
	}
	over := r.DoubtAt.Add(t.env.Timers.Settle)
	if asked := askedAt(t.fact); !asked.IsZero() && asked.Before(over) {
		return max(t.env.Timers.Unknown[0], over.Sub(t.env.Now))
	}
	return max(0, over.Sub(t.env.Now))
}

// askedAt is when the query was asked that f answers; the zero time for anything else, or when that was at once.
func askedAt(f Fact) time.Time {
	switch a := f.(type) {
	case Answered:
		if a.Op == OpQuery {
			return a.AskedAt
		}
	case RefundAnswered:
		if a.Op == OpAskRefund {
			return a.AskedAt
		}
	}
	return time.Time{}
}
