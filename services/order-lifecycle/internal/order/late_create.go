package order

import "time"

// lateLooks are the ages of a doubt at which a refused order is looked for once more. "Not found" is a definite no only when the
// create had a day to land: an order that lands after its end stays open at WeChat, and counts against its user (§6.2).
func lateLooks() []time.Duration {
	return []time.Duration{10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}
}

// mayLand reports that the order is refused and yet a send of its create was never answered. The cancel is frozen when it landed.
func (t *turn) mayLand() bool {
	return t.State == Refused && !t.Create.DoubtAt.IsZero()
}

// lookForLate plans the next look at a refused order that may still land; nothing when it had its day.
func (t *turn) lookForLate() effect {
	if !t.mayLand() || t.PaymentTold || len(t.Cancel.Body) > 0 {
		return changed
	}
	for _, age := range lateLooks() {
		if at := t.Create.DoubtAt.Add(age); at.After(t.env.Now) {
			t.Todo = Todo{Op: OpQuery, At: at}
			return changed
		}
	}
	t.Todo = Todo{}
	return changed
}

// landed takes a query about a refused order whose create may have landed since. What is there is cancelled: nobody stands
// before the door any more. The order stays REFUSED.
func (t *turn) landed(seen *Seen, a Answered) effect {
	switch {
	case a.Op != OpQuery || t.Todo.Op != OpQuery: // a notification, or the answer to a question of before
		return nothing
	case seen == nil && a.Verdict != Missing:
		return t.again(OpQuery, a.After)
	case seen == nil && len(t.Cancel.Body) > 0:
		return t.again(OpQuery, 0) // it was there: look alarms that it is missing
	case seen == nil:
		return t.lookForLate()
	}
	switch seen.phase() {
	case isServing, isCreated:
		t.alarm("found_after_refusal")
		if len(t.Cancel.Body) > 0 {
			return t.again(OpCancel, 0)
		}
		t.Cancel = Request{Body: t.env.Scribe.Cancel(t.Order, "found_after_refusal")}
		return t.do(OpCancel, 0)
	case isRevoked, isExpired, isFree:
		t.Todo = Todo{}
		return changed
	}
	t.alarm("found_after_refusal") // somebody completed it: the money will tell
	t.Todo = Todo{Op: OpQuery, At: t.env.Now.Add(t.env.Timers.pending(t.env.Now.Sub(t.Create.DoubtAt)))}
	return changed
}

// cleared takes WeChat's answer to the cancel of an order that landed after its end.
func cleared(t *turn, f Fact) effect {
	a := f.(Answered)
	if a.Op != OpCancel || t.Todo.Op != OpCancel {
		return nothing
	}
	switch a.Verdict {
	case Accepted:
		t.Todo = Todo{}
		return changed
	case Misconfigured:
		t.alarm("configuration")
		return t.again(OpCancel, a.After)
	case Unknown, NotNow: // re-entrant with identical bytes (§6.5)
		return t.again(OpCancel, a.After)
	}
	return t.again(OpQuery, a.After)
}
