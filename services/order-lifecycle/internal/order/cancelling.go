package order

// cancelled takes WeChat's answer to our cancel. Its refusal is a normal outcome. wechat-protocol.md §6.5.
func cancelled(t *turn, f Fact) effect {
	a := f.(Answered)
	if a.Op != OpCancel {
		return nothing
	}
	t.Cancel.Refusal = ""
	switch a.Verdict {
	case Accepted:
		if t.Cancel.Tries > 1 { // time went by, and WeChat may have moved meanwhile
			return t.do(OpQuery, 0)
		}
		return t.revoked(t.Unwanted, Seen{})
	case Misconfigured:
		t.alarm("configuration")
		return t.again(OpCancel, a.After)
	case Unknown, NotNow: // re-entrant with identical bytes
		if a.Unreadable {
			return t.again(OpQuery, a.After)
		}
		return t.again(OpCancel, a.After)
	case Missing:
		t.Cancel.Refusal = "order_missing"
		return t.do(OpQuery, t.env.Timers.Settle)
	default:
		return t.do(OpQuery, a.After)
	}
}

// undone takes a query (or a notification) while the cancel has no definite answer.
func undone(t *turn, f Fact) effect {
	if a, ok := f.(Answered); ok && a.Verdict == Missing && t.Cancel.Refusal == "order_missing" { // there is nothing to cancel
		t.alarm("order_missing")
		return t.revoked("order_missing", Seen{})
	}
	return t.judge(f, func(seen Seen) effect {
		switch seen.phase() {
		case isRevoked:
			return t.revoked(t.Unwanted, seen)
		case isExpired: // WeChat's end came first
			return t.finish(Expired, "", WasExpired{})
		case isPaid:
			return t.proof(seen)
		case isFree:
			t.alarm("completed_elsewhere")
			return t.finish(Free, "", WasFree{})
		case isPending: // somebody completed it, or our own completion landed
			t.alarm("cancel_refused")
			return t.collectedAfterAll(seen)
		}
		return t.again(OpCancel, 0)
	})
}
