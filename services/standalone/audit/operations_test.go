package audit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/standalone/audit"
)

// asked is a request of the back office, or the answer to one.
func asked(name, request string, change ...func(*audit.Said)) audit.Said {
	return life(name, append([]func(*audit.Said){func(s *audit.Said) { s.RequestID, s.ID = request, "id of "+name+" "+request }}, change...)...)
}

func lowered(s *audit.Said) { s.Total = 200 }

// gives makes an event of the refund of a request.
func gives(fen, sum int64) func(*audit.Said) {
	return func(s *audit.Said) {
		s.Amount, s.Refunded, s.TransactionID, s.OutRefundNo = money.Fen(fen), money.Fen(sum), "T1", "N1@"+s.RequestID
	}
}

// operated is the ledger of an order whose total was lowered, that was paid in two parts and refunded twice.
func operated() *audit.Ledger {
	l := sound()
	l.Facts["N1"] = append(l.Facts["N1"], asked("amount_modify_requested", "m1", lowered), asked("collect_requested", "c1"),
		asked("refund_requested", "r1", gives(100, 0)), asked("refund_requested", "r2", gives(50, 0)), asked("refund_requested", "r3", gives(99, 0)))
	paid := life("paid", func(s *audit.Said) { s.Total, s.Paid = 200, 200 })
	l.Said["N1"] = append(l.Said["N1"][:3], asked("modified", "m1", lowered), asked("collect_requested", "c1", id("hurried")), paid,
		asked("refunded", "r1", gives(100, 100)), asked("refunded", "r2", gives(50, 150)), asked("fact_rejected", "r3", refuses("id of refund_requested r3")))
	l.Book["N1"] = audit.Row{OutOrderNo: "N1", State: "DONE", Completed: true, Total: 200, Paid: 200, Payments: []audit.Payment{
		{Amount: 150, PaidType: "NEWTON", TransactionID: "T1"}, {Amount: 50, PaidType: "NEWTON", TransactionID: "T2"},
	}}
	l.Refunds = map[string][]audit.Refund{"N1": {
		{OutRefundNo: "N1@r1", TransactionID: "T1", Status: "SUCCESS", Amount: 100, Total: 150},
		{OutRefundNo: "N1@r2", TransactionID: "T1", Status: "SUCCESS", Amount: 50, Total: 150},
	}}
	l.Received["N1"] = audit.Received{OutOrderNo: "N1", Notices: 1, Delivered: 1, Accepted: 1,
		Executed: map[string]int{"create": 1, "complete": 1, "modify": 1, "pay": 1, "refund": 2},
		Bodies:   map[string]int{"create": 1, "complete": 1, "modify": 1, "pay": 1, "refund": 2}}
	return l
}

// twice is the ledger of an order that was paid elsewhere and by WeChat, which went back.
func twice() *audit.Ledger {
	l := sound()
	l.Facts["N1"] = append(l.Facts["N1"], asked("paid_elsewhere", "p1"))
	l.Said["N1"] = append(l.Said["N1"], life("alarm", code("paid_twice")), asked("refunded", "auto-1", gives(350, 350)))
	l.Refunds = map[string][]audit.Refund{"N1": {{OutRefundNo: "N1@auto-1", TransactionID: "T1", Status: "SUCCESS", Amount: 350, Total: 350}}}
	return l
}

// confirmed is the ledger of a need-confirm order.
func confirmed() *audit.Ledger {
	l := sound()
	l.Facts["N1"][0] = life("service_requested", func(s *audit.Said) { s.Confirmed = true })
	opened := life("opened", func(s *audit.Said) { s.At = noon.Add(time.Second) })
	l.Said["N1"] = append([]audit.Said{life("awaiting_confirm"), opened}, l.Said["N1"][1:]...)
	r := l.Book["N1"]
	r.ConfirmedAt = noon
	l.Book["N1"] = r
	return l
}

var noon = time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)

func TestOperationsThatWentAsTheyShouldBreakNothing(t *testing.T) {
	for name, l := range map[string]*audit.Ledger{"modified, collected, refunded": operated(), "paid twice": twice(), "confirmed": confirmed()} {
		f := l.Examine(audit.Promises{})
		if len(f.Broken) > 0 {
			t.Errorf("%s: %v", name, f.Broken)
		}
	}
	if f := operated().Examine(audit.Promises{}); f.RefundedFen != 150 || f.Requests["refund_requested: refunded"] != 2 {
		t.Errorf("counted %+v", f)
	}
}

func TestEveryPlantedBreachOfAnOperationIsNamedByItsInvariant(t *testing.T) {
	say := func(l *audit.Ledger, s audit.Said) { l.Said["N1"] = append(l.Said["N1"], s) }
	unsay := func(l *audit.Ledger, is func(audit.Said) bool) { l.Said["N1"] = slices.DeleteFunc(l.Said["N1"], is) }
	change := func(l *audit.Ledger, of func(*audit.Row)) {
		r := l.Book["N1"]
		of(&r)
		l.Book["N1"] = r
	}
	for name, plant := range map[string]struct {
		breaks int
		of     func() *audit.Ledger
		do     func(*audit.Ledger)
	}{
		"a refund was never answered": {1, operated, func(l *audit.Ledger) { unsay(l, func(s audit.Said) bool { return s.RequestID == "r2" }) }},
		"a modify was never answered": {1, operated, func(l *audit.Ledger) { unsay(l, func(s audit.Said) bool { return s.Name == "modified" }) }},
		"a payment elsewhere was forgotten": {1, sound, func(l *audit.Ledger) {
			l.Facts["N1"] = append(l.Facts["N1"], asked("paid_elsewhere", "p1"))
			unsay(l, func(s audit.Said) bool { return s.Name == "paid" })
		}},
		"a repeated request was answered twice": {6, operated, func(l *audit.Ledger) { say(l, asked("refunded", "r1", gives(100, 150), id("again"))) }},
		"a request was followed and refused": {6, operated, func(l *audit.Ledger) {
			say(l, asked("fact_rejected", "m1", refuses("id of amount_modify_requested m1")))
		}},
		"two requests of one number were followed": {6, operated, func(l *audit.Ledger) {
			l.Facts["N1"] = append(l.Facts["N1"], asked("amount_modify_requested", "m1", lowered, id("other")))
		}},
		"a refund got a new number":        {2, operated, func(l *audit.Ledger) { l.Received["N1"].Bodies["refund"] = 3 }},
		"a refund was executed more often": {2, operated, func(l *audit.Ledger) { l.Received["N1"].Executed["refund"] = 3 }},
		"a modify had two bodies":          {2, operated, func(l *audit.Ledger) { l.Received["N1"].Bodies["modify"] = 2 }},
		"more went back than came":         {3, operated, func(l *audit.Ledger) { l.Refunds["N1"][1].Amount = 51 }},
		"nobody asked for the refund":      {3, operated, func(l *audit.Ledger) { l.Refunds["N1"][0].OutRefundNo = "N1@r9" }},
		"a refund we never told of": {5, operated, func(l *audit.Ledger) {
			unsay(l, func(s audit.Said) bool { return s.Name == "refunded" && s.RequestID == "r1" })
		}},
		"a refund that did not succeed":         {5, operated, func(l *audit.Ledger) { l.Refunds["N1"][0].Status = "ABNORMAL" }},
		"a refund that never ended":             {5, operated, func(l *audit.Ledger) { l.Refunds["N1"][0].Status = "PROCESSING" }},
		"a modify that the provider never took": {3, operated, func(l *audit.Ledger) { change(l, func(r *audit.Row) { r.Total = 350 }) }},
		"by the merchant for us alone": {3, operated, func(l *audit.Ledger) {
			change(l, func(r *audit.Row) { r.Payments[1].PaidType, r.Payments[1].TransactionID = "MCH", "" })
		}},
		"paid twice and nothing went back": {3, twice, func(l *audit.Ledger) {
			l.Refunds = nil
			unsay(l, func(s audit.Said) bool { return s.Name == "refunded" })
		}},
		"paid twice and a part went back": {3, twice, func(l *audit.Ledger) { l.Refunds["N1"][0].Amount, l.Said["N1"][len(l.Said["N1"])-1].Amount = 349, 349 }},
		"more went back than was paid too much": {3, twice, func(l *audit.Ledger) {
			l.Facts["N1"][len(l.Facts["N1"])-1].Amount = 100 // elsewhere; WeChat collected the whole
		}},
		"a refund nobody owed":           {3, twice, func(l *audit.Ledger) { l.Facts["N1"] = l.Facts["N1"][:len(l.Facts["N1"])-1] }},
		"opened before it was confirmed": {5, confirmed, func(l *audit.Ledger) { change(l, func(r *audit.Row) { r.ConfirmedAt = noon.Add(time.Minute) }) }},
		"opened and never confirmed":     {5, confirmed, func(l *audit.Ledger) { change(l, func(r *audit.Row) { r.ConfirmedAt = time.Time{} }) }},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			l := plant.of()
			plant.do(l)
			f := l.Examine(audit.Promises{})
			if !slices.ContainsFunc(f.Broken, func(b audit.Breach) bool { return b.Invariant == plant.breaks && b.OutOrderNo == "N1" }) {
				t.Errorf("it names %v, want a breach of %d", f.Broken, plant.breaks)
			}
		})
	}
}

func TestARefusalIsAvoidableUnlessItWasPlantedOrARace(t *testing.T) {
	for name, c := range map[string]struct {
		avoidable int
		call      audit.Call
		of        func() *audit.Ledger
	}{
		"planted":                      {0, audit.Call{Operation: "refund", Status: 403, Code: "NOT_ENOUGH", Fault: "not_enough"}, sound},
		"the deduction came first":     {0, audit.Call{Operation: "modify", Status: 400, Code: "ORDER_DONE", RequestID: "08AB-271316657"}, sound},
		"asked":                        {0, audit.Call{Operation: "query", Status: 404, Code: "ORDER_NOT_EXIST", RequestID: "08AB-271317510"}, sound},
		"a part came first":            {0, audit.Call{Operation: "modify", Status: 400, Code: "INVALID_REQUEST", RequestID: "08AB-0"}, operated},
		"not lower":                    {1, audit.Call{Operation: "modify", Status: 400, Code: "INVALID_REQUEST", RequestID: "08AB-0"}, sound},
		"refunds too close":            {1, audit.Call{Operation: "refund", Status: 429, Code: "FREQUENCY_LIMITED", RequestID: "08AB-268435472"}, sound},
		"a fault that refuses nothing": {1, audit.Call{Operation: "refund", Status: 400, Code: "INVALID_REQUEST", Fault: "early_notice"}, sound},
		"not pending":                  {1, audit.Call{Operation: "pay", Status: 400, Code: "INVALID_ORDER_STATE", RequestID: "08AB-271316657"}, sound},
		"our signature":                {1, audit.Call{Operation: "query", Status: 401, Code: "SIGN_ERROR"}, sound},
	} {
		l := c.of()
		refused(l, c.call)
		if f := l.Examine(audit.Promises{}); f.AvoidableRefusals != c.avoidable {
			t.Errorf("%s: %d avoidable, want %d", name, f.AvoidableRefusals, c.avoidable)
		}
	}
}
