package order

import "time"

// collecting takes a query (or a notification) while WeChat collects. A notification that a part is in is asked about at once.
func collecting(t *turn, f Fact) effect {
	if told, ok := f.(Observed); ok && told.Seen.phase() == isPending && told.Seen.PaidFen > t.PaidFen {
		return t.do(OpQuery, 0)
	}
	return t.judge(f, func(seen Seen) effect {
		switch seen.phase() {
		case isPaid:
			return t.proof(seen)
		case isFree:
			t.alarm("total_differs")
			return t.finish(Free, "", WasFree{})
		case isRevoked, isExpired:
			return t.gone(seen)
		case isPending:
			if seen.Total != nil && *seen.Total != t.Total() { // this one is not ours
				t.alarm("total_differs")
			}
			t.collect(seen) // a part may be in
			return t.pend()
		case isServing, isCreated:
			t.alarm("provider_state_differs")
		}
		return t.again(OpQuery, 0)
	})
}

// OwedSince is since when money is outstanding: since WeChat collects, or since the start of a service that has run for too
// long to be believed. The zero time for an order of which nothing is.
func (o *Order) OwedSince() time.Time {
	switch {
	case o.State.Owed():
		return o.PendingSince
	case o.State == InService && o.ServiceAgesTold > 0:
		return o.StartedAt
	}
	return time.Time{}
}

// pend plans the next look at an order that WeChat collects, and tells the ages it has crossed.
func (t *turn) pend() effect {
	if t.PendingSince.IsZero() { // stored before ages were told
		t.PendingSince = t.Steps[len(t.Steps)-1].At
	}
	age := t.env.Now.Sub(t.PendingSince)
	ages := t.env.Timers.Ages
	for t.AgesTold < len(ages) && age >= ages[t.AgesTold] {
		t.emit(HasAged{ages[t.AgesTold]})
		t.AgesTold++
	}
	wait := t.env.Timers.pending(age)
	if t.AgesTold < len(ages) {
		wait = min(wait, ages[t.AgesTold]-age)
	}
	t.Todo = Todo{Op: OpQuery, At: t.env.Now.Add(wait)}
	return changed
}
