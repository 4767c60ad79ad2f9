package order

import (
	"slices"
	"time"
)

// AlarmRaised is a code that a person was told. An alarm belongs to a wait, not to a life: it is raised once in a wait, and
// again in the next one. The wait ends when the order's state changes, when WeChat shows the order without what was alarmed,
// and for a request without a useful answer when it gets one.
type AlarmRaised struct {
	Code string
	// Refund is the request_id of the refund it is about; empty for the order itself.
	Refund string
	At     time.Time
	// Over is true once the wait has ended.
	Over bool
}

// unanswered are the alarms of requests that get no useful answer.
var unanswered = map[string]bool{
	"no_definite_answer": true, "provider_answer_unreadable": true, "configuration": true, "query_refused": true, "order_missing": true,
	"refund_missing": true, "refund_balance_too_low": true,
}

// alarm tells a person about the order, once in a wait.
func (t *turn) alarm(code string) effect { return t.raise(AlarmRaised{Code: code, At: t.env.Now}) }

// alarmOf tells a person about a refund, once in a wait.
func (t *turn) alarmOf(code, refund string) effect {
	return t.raise(AlarmRaised{Code: code, Refund: refund, At: t.env.Now})
}

func (t *turn) raise(raised AlarmRaised) effect {
	t.met = append(t.met, raised)
	if slices.ContainsFunc(t.Alarms, func(a AlarmRaised) bool { return a.same(raised) && !a.Over }) {
		return nothing
	}
	t.Alarms = append(slices.DeleteFunc(slices.Clone(t.Alarms), raised.same), raised)
	t.emit(Alarm{raised.Code})
	return changed
}

func (a AlarmRaised) same(other AlarmRaised) bool {
	return a.Code == other.Code && a.Refund == other.Refund
}

// ofOrder is true for what was told of the order itself.
func (a AlarmRaised) ofOrder() bool { return a.Refund == "" }

// personTold reports that a person was told of the order's present wait.
func (o *Order) personTold() bool {
	return slices.ContainsFunc(o.Alarms, func(a AlarmRaised) bool { return a.ofOrder() && !a.Over })
}

// endWaits ends the waits that this fact ended. What is planned with Round 0 repeats nothing that was planned before.
func (t *turn) endWaits() {
	a, _ := t.fact.(Answered)
	shown := a.Verdict == Accepted && a.Seen != nil
	rounds := map[string]int{"": t.Todo.Round}
	for _, r := range t.Refunds {
		rounds[r.RequestID] = r.Todo.Round
	}
	t.endAlarms(func(a AlarmRaised) bool {
		ends := unanswered[a.Code] || shown && a.ofOrder()
		return ends && rounds[a.Refund] == 0 && !slices.ContainsFunc(t.met, a.same)
	})
}

// endAlarms ends the wait of the alarms that which is true for.
func (t *turn) endAlarms(which func(AlarmRaised) bool) {
	ends := func(a AlarmRaised) bool { return !a.Over && which(a) }
	if !slices.ContainsFunc(t.Alarms, ends) {
		return
	}
	t.Alarms = slices.Clone(t.Alarms) // a turn that is not saved leaves the stored ones alone
	for i, a := range t.Alarms {
		t.Alarms[i].Over = a.Over || ends(a)
	}
}
