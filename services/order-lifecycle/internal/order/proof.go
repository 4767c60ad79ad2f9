package order

import (
	"cmp"
	"slices"
)

// look takes the order out of a query's answer or a notification; nil when the answer shows none. What is wrong with the
// asking itself is alarmed here: an order that cannot be asked about must not wait in silence.
func (t *turn) look(f Fact) (*Seen, Answered) {
	var seen *Seen
	var answered Answered
	switch f := f.(type) {
	case Observed:
		seen = &f.Seen
	case Answered:
		seen, answered = f.Seen, f
		switch f.Verdict {
		case Misconfigured:
			t.alarm("configuration")
		case Refusal, Ask, NotOurs:
			t.alarm("query_refused")
		case Missing:
			if t.State.held() {
				t.alarm("order_missing")
			}
		}
		if f.Verdict != Accepted {
			seen = nil
		}
	}
	return seen, answered
}

// judge takes news of an order that WeChat holds: whereTo says where it goes from what they show. News without an order
// settle nothing, and a notification of anything but a payment says nothing: it may be old.
func (t *turn) judge(f Fact, whereTo func(Seen) effect) effect {
	seen, a := t.look(f)
	switch {
	case seen == nil:
		return t.again(OpQuery, a.After)
	case isNew(f): // what it tells is asked about at once
		return t.do(OpQuery, 0)
	case seen.Told && seen.phase() != isPaid:
		return nothing
	default:
		t.learn(*seen)
		return whereTo(*seen)
	}
}

// learn keeps what WeChat says of the order.
func (t *turn) learn(s Seen) {
	if s.Differs != "" { // not before a query has confirmed it
		return
	}
	if t.OrderID == "" {
		t.OrderID = s.OrderID
	}
	if t.StartedAt.IsZero() {
		t.StartedAt = s.StartedAt
	}
	t.place(s.ServiceID, "", "")
	if s.phase() == isUnknown {
		t.alarm("provider_state_unknown")
	}
	t.supersededShows(s)
}

// collect keeps what is collected so far. An order that is shown without a collection says nothing of it, nor does one that was
// asked for before what we know.
func (t *turn) collect(s Seen) {
	if s.Collection == "" && s.PaidFen == 0 || t.old() {
		return
	}
	t.PaidFen, t.Collections = s.PaidFen, slices.Clone(s.Parts)
}

// proof takes a proof of payment. What was commanded and is told in full ends the order at once. Anything else — another
// amount, no command of ours, an order we closed, parts that do not add up, the answer to a request of before what we know — is
// confirmed by a query and then honoured: the money is there. What was not commanded is alarmed, and what is above the command goes back.
func (t *turn) proof(s Seen) effect {
	t.learn(s)
	commanded := t.commands(s.PaidFen)
	switch {
	case commanded:
	case t.Ended == nil:
		t.alarm("paid_without_completion")
	default:
		t.alarm("paid_amount_differs")
	}
	if t.old() || s.Told && !(commanded && s.itemised() && s.ServiceID == t.ServiceID && s.Differs == "") {
		return t.confirm()
	}
	if t.State == Modifying && s.PaidFen == t.Work.New.Total && s.PaidFen != t.Total() { // the lower total was in force
		t.modified()
	}
	t.honour(s)
	t.finish(Paid, "", WasPaid{})
	t.returnExcess()
	return changed
}

// confirm asks about a payment that was told and proves nothing yet.
func (t *turn) confirm() effect {
	t.PaymentTold = true
	return t.do(OpQuery, 0)
}

// honour keeps what was collected in the end.
func (t *turn) honour(s Seen) {
	t.PaymentTold = false
	if !s.itemised() {
		t.alarm("payment_not_itemised")
	}
	t.collect(s)
}

// lateProof takes news of an order that is closed for us, or that we never sent: proof of payment counts, and that of a part,
// nothing else.
func lateProof(t *turn, f Fact) effect {
	seen, a := t.look(f)
	switch {
	case t.mayLand() && !t.PaymentTold && (seen == nil || !seen.Told && seen.phase() != isPaid):
		return t.landed(seen, a)
	case seen == nil:
		return t.unconfirmed(seen, a)
	case seen.phase() == isPaid:
		return t.proof(*seen)
	case !t.State.Final() || seen.PaidFen <= t.PaidFen:
		return t.unconfirmed(seen, a)
	case seen.Told:
		return t.confirm()
	}
	t.collect(*seen)
	t.alarm("closed_partly_paid")
	return t.rest()
}

// paidAgain takes news of a paid order: the same payment is nothing new; another amount, or other parts, are announced like
// the first. WeChat may collect what was said to be paid elsewhere (§6.7), or tell later what a refund needs.
func paidAgain(t *turn, f Fact) effect {
	seen, a := t.look(f)
	if seen == nil || seen.phase() != isPaid {
		return t.unconfirmed(seen, a)
	}
	switch {
	case t.knowsPayment(*seen) && seen.Told:
		return nothing
	case t.knowsPayment(*seen):
		return t.rest()
	case seen.PaidFen != t.PaidFen:
		t.alarm("paid_amount_differs")
	}
	if seen.Told {
		return t.confirm()
	}
	t.honour(*seen)
	t.emit(WasPaid{})
	t.returnExcess()
	return t.rest()
}

// knowsPayment reports that s shows the payment we know. Parts that are missing or do not add up are no other ones.
func (t *turn) knowsPayment(s Seen) bool {
	return s.PaidFen == t.PaidFen && (!s.itemised() || slices.EqualFunc(byNumber(s.Parts), byNumber(t.Collections), Collection.same))
}

// byNumber puts parts in an order that does not depend on who listed them.
func byNumber(parts []Collection) []Collection {
	return slices.SortedFunc(slices.Values(parts), func(a, b Collection) int {
		return cmp.Or(cmp.Compare(a.TransactionID, b.TransactionID), cmp.Compare(a.Amount, b.Amount))
	})
}

// unconfirmed takes news of an order at rest that prove nothing. They matter only if we asked.
func (t *turn) unconfirmed(seen *Seen, a Answered) effect {
	switch {
	case a.Op != OpQuery || t.Todo.Op != OpQuery: // a notification, or the answer to a question of before
		return nothing
	case seen == nil && a.Verdict != Missing:
		return t.again(OpQuery, a.After)
	default:
		t.alarm("notification_contradicted")
		return t.rest()
	}
}

// rest leaves the order with nothing more to ask for now, but for a create that may still land.
func (t *turn) rest() effect {
	t.Todo, t.PaymentTold = Todo{}, false
	if t.mayLand() {
		t.lookForLate()
	}
	return changed
}
