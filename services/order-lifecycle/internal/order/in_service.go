package order

import (
	"cmp"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

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
	case isPending:
		return t.collectedAfterAll(seen)
	}
	return t.again(OpQuery, 0)
}

// collectedAfterAll takes that WeChat collects an order that we did not complete, or gave up: a receivable like any other
// from now on. Its end is the one that WeChat shows when we know of none.
func (t *turn) collectedAfterAll(s Seen) effect {
	if t.Ended == nil {
		t.alarm("completed_elsewhere")
		if s.Total == nil || *s.Total <= 0 {
			t.collect(s)
			return t.again(OpQuery, 0)
		}
		t.Ended = &End{Total: *s.Total, Lines: []money.Fen{*s.Total}, At: t.env.Now, HeardAt: t.env.Now}
	}
	refused := fault.New(fault.Terminal, "provider_refused", "WeChat refused the cancel: it collects the order")
	for i, r := range t.Desk {
		if r.Outcome == "" && r.Fact == "cancel_requested" {
			t.Desk[i].Outcome = "provider_refused"
			t.rejectFact(Rejection{Fact: r.Fact, FactID: r.FactID, RequestID: r.RequestID}, refused)
		}
	}
	if t.Parked != nil {
		t.dropParked(fault.New(fault.Terminal, "already_ended", "somebody else completed the order"))
	}
	t.Unwanted = ""
	return t.receivable(s)
}

// watch plans the next look at an order in service, unless one is planned, and tells when the service has run for so long that
// its end may be lost: the goods are gone and nobody collects.
func (t *turn) watch() effect {
	age, ages := t.env.Now.Sub(t.StartedAt), t.serviceAges()
	told := t.ServiceAgesTold
	for t.ServiceAgesTold < len(ages) && age >= ages[t.ServiceAgesTold] {
		t.ServiceAgesTold++
	}
	if t.ServiceAgesTold > told {
		t.endAlarms(func(a AlarmRaised) bool { return a.Code == "in_service_long" }) // of the age before
		t.alarm("in_service_long")
	}
	if t.Todo.Op != OpQuery {
		wait := t.env.Timers.InService
		if t.ServiceAgesTold < len(ages) {
			wait = min(wait, ages[t.ServiceAgesTold]-age)
		}
		t.Todo = Todo{Op: OpQuery, At: t.env.Now.Add(wait)}
	}
	return changed
}

// serviceAges are the ages of a service that are told: the one agreed for it, then those of a receivable beyond it.
func (t *turn) serviceAges() []time.Duration {
	first := cmp.Or(t.env.Terms.LongService, t.env.Timers.LongService)
	ages := []time.Duration{first}
	for _, a := range t.env.Timers.Ages {
		if a > first {
			ages = append(ages, a)
		}
	}
	return ages
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
