package order

import "time"

// awaitConfirm takes that WeChat holds a need-confirm order which waits for its user. wechat-protocol.md §6.9 S1.
func (t *turn) awaitConfirm(s Seen) effect {
	if t.tooLate(); t.Unwanted != "" {
		return t.revoke(t.Unwanted)
	}
	t.Package = s.Package
	t.move(AwaitingConfirm)
	t.emit(IsAwaitingConfirm{t.confirmBefore()})
	return t.watchConfirm()
}

// confirmBefore is when we give up waiting for the user; the zero time for never.
func (t *turn) confirmBefore() time.Time {
	if t.env.Timers.ConfirmWithin == 0 {
		return time.Time{}
	}
	return t.Face.At.Add(t.env.Timers.ConfirmWithin)
}

// watchConfirm plans the next look at an order that waits for its user, at the latest at the end of our patience.
func (t *turn) watchConfirm() effect {
	next := t.env.Now.Add(t.env.Timers.confirm(t.env.Now.Sub(t.Steps[len(t.Steps)-1].At)))
	if end := t.confirmBefore(); !end.IsZero() {
		if !t.env.Now.Before(end) {
			return t.revoke("confirm_timeout")
		}
		if end.Before(next) {
			next = end
		}
	}
	t.Todo = Todo{Op: OpQuery, At: next}
	return changed
}

// confirmed opens the door of an order that its user has confirmed. When we learn of it later than a look at the end of our
// patience can have shown it, nobody stands there any more.
func (t *turn) confirmed() effect {
	if end := t.confirmBefore(); !end.IsZero() && t.env.Now.After(end.Add(t.env.Timers.OpenWithin)) {
		t.alarm("open_timeout")
		return t.revoke("open_timeout")
	}
	return t.serve()
}

// confirming takes a query (or a notification) while the user has not confirmed. What a notification says is asked about:
// a door opens on it.
func confirming(t *turn, f Fact) effect {
	if told, ok := f.(Observed); ok && told.Seen.phase() == isServing {
		t.learn(told.Seen)
		return t.do(OpQuery, 0)
	}
	return t.judge(f, func(seen Seen) effect {
		switch seen.phase() {
		case isServing:
			return t.confirmed()
		case isCreated:
			return t.watchConfirm()
		case isExpired:
			return t.finish(Expired, "", WasExpired{})
		}
		return t.elsewhere(seen)
	})
}
