package order

import "github.com/facepay-go/facepay/pkg/fault"

// inService takes a query (or a notification) while the service runs.
func inService(t *turn, f Fact) effect {
	return t.judge(f, func(seen Seen) effect {
		if seen.phase() == isServing {
			return endNow(t, f) // whatever planned this query may have overtaken a parked end
		}
		return t.elsewhere(seen)
	})
}

// elsewhere takes an order that somebody moved on without us.
func (t *turn) elsewhere(seen Seen) effect {
	switch seen.phase() {
	case isPaid:
		return t.proof(seen)
	case isFree:
		t.alarm("completed_elsewhere")
		return t.finish(Free, "", WasFree{})
	case isRevoked, isExpired:
		return t.gone(seen)
	case isPending: // the money will tell
		t.alarm("completed_elsewhere")
		t.collect(seen)
	}
	return t.again(OpQuery, 0)
}

// watch plans the next look at an order in service, unless one is planned.
func (t *turn) watch() effect {
	if t.Todo.Op != OpQuery {
		t.Todo = Todo{Op: OpQuery, At: t.env.Now.Add(t.env.Timers.InService)}
	}
	return changed
}

// gone ends an order that was cancelled at WeChat without us.
func (t *turn) gone(s Seen) effect {
	t.alarm("revoked_by_provider")
	return t.revoked("by_provider", s)
}

// revoked ends an order that WeChat shows as cancelled. Whether it can be while a part of it is collected is not written
// (wechat-protocol.md §6.5).
func (t *turn) revoked(reason string, s Seen) effect {
	t.collect(s)
	return t.finish(Revoked, reason, WasRevoked{reason})
}

// revoke freezes the cancel request.
func (t *turn) revoke(reason string) effect {
	t.Unwanted = reason
	t.Cancel = Request{Body: t.env.Scribe.Cancel(t.Order, reason)}
	t.move(Cancelling)
	if t.Parked != nil {
		t.dropParked(fault.New(fault.Terminal, "order_closed", "the order is cancelled (%s)", reason))
	}
	return t.do(OpCancel, 0)
}
