package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/standalone/audit"
)

// life is an event of the test's order; its content is its name, code and amounts.
func life(name string, change ...func(*audit.Said)) audit.Said {
	s := audit.Said{Name: name, ID: "id of " + name}
	for _, c := range change {
		c(&s)
	}
	copy(s.Content[:], fmt.Sprint(s.Name, s.Code, s.FactID, s.Total, s.Paid))
	return s
}

func total(s *audit.Said)                            { s.Total = 350 }
func paid(s *audit.Said)                             { s.Total, s.Paid = 350, 350 }
func id(id string) func(*audit.Said)                 { return func(s *audit.Said) { s.ID = id } }
func code(code string) func(*audit.Said)             { return func(s *audit.Said) { s.Code = code } }
func refuses(factID string) func(*audit.Said)        { return func(s *audit.Said) { s.FactID = factID } }
func events(all ...audit.Said) []audit.Said          { return all }
func about(all []audit.Said) map[string][]audit.Said { return map[string][]audit.Said{"N1": all} }

// sound is the ledger of one order that was bought and paid as it should be.
func sound() *audit.Ledger {
	return &audit.Ledger{
		Sessions: about(events(life("session_opened"))),
		Facts:    about(events(life("face_result"), life("service_ended", total))),
		Said:     about(events(life("opened"), life("completing", total), life("payment_pending", total), life("paid", paid))),
		Told:     about(events(life("payscore_order"))),
		Book: map[string]audit.Row{"N1": {
			OutOrderNo: "N1", State: "DONE", Completed: true, Total: 350, Paid: 350, Payments: []audit.Payment{{Amount: 350, PaidType: "NEWTON", TransactionID: "T1"}},
		}},
		Received: map[string]audit.Received{"N1": {
			OutOrderNo: "N1", Executed: map[string]int{"create": 1, "complete": 1}, Bodies: map[string]int{"create": 1, "complete": 1},
			Notices: 1, Delivered: 1, Accepted: 2,
		}},
	}
}

// refused adds a refused call to the order's.
func refused(l *audit.Ledger, c audit.Call) {
	r := l.Received["N1"]
	r.Refused = append(r.Refused, c)
	l.Received["N1"] = r
}

func promises() audit.Promises {
	return audit.Promises{Sessions: []string{"N1"}, Facts: map[string][]string{"N1": {"id of face_result", "id of service_ended"}}}
}

func TestASoundLedgerBreaksNothingAndIsCounted(t *testing.T) {
	f := sound().Examine(promises())
	if len(f.Broken) > 0 {
		t.Errorf("broken: %v", f.Broken)
	}
	if f.Orders != 1 || f.Ends["paid"] != 1 || f.PaidFen != 350 || f.ProviderPaidFen != 350 || f.Notifications != 2 || f.Duplicates != 1 {
		t.Errorf("counted %+v", f)
	}
}

func TestWhatMayComeAgainBreaksNothing(t *testing.T) {
	for name, change := range map[string]func(*audit.Ledger){
		"an event stored twice":        func(l *audit.Ledger) { l.Said["N1"] = append(l.Said["N1"], life("paid", paid)) },
		"a fact published twice":       func(l *audit.Ledger) { l.Facts["N1"] = append(l.Facts["N1"], life("face_result")) },
		"a notification stored twice":  func(l *audit.Ledger) { l.Told["N1"] = append(l.Told["N1"], life("payscore_order")) },
		"a refusal after the end":      func(l *audit.Ledger) { l.Said["N1"] = append(l.Said["N1"], life("fact_rejected", refuses("other"))) },
		"a journal that lost a number": func(l *audit.Ledger) { delete(l.Received, "N1") },
	} {
		l := sound()
		change(l)
		if f := l.Examine(promises()); len(f.Broken) > 0 {
			t.Errorf("%s: %v", name, f.Broken)
		}
	}
}

func TestEveryPlantedBreachIsNamedByItsInvariant(t *testing.T) {
	drop := func(side map[string][]audit.Said, name string) {
		side["N1"] = slices.DeleteFunc(side["N1"], func(s audit.Said) bool { return s.Name == name })
	}
	say := func(l *audit.Ledger, s audit.Said) { l.Said["N1"] = append(l.Said["N1"], s) }
	row := func(l *audit.Ledger, change func(*audit.Row)) {
		r := l.Book["N1"]
		change(&r)
		l.Book["N1"] = r
	}
	for name, plant := range map[string]struct {
		breaks int
		do     func(*audit.Ledger)
	}{
		"the end is lost":                       {1, func(l *audit.Ledger) { drop(l.Said, "paid") }},
		"an acknowledged fact is not stored":    {1, func(l *audit.Ledger) { drop(l.Facts, "face_result") }},
		"a stored fact had no effect":           {1, func(l *audit.Ledger) { drop(l.Said, "completing") }},
		"an abort had no effect":                {1, func(l *audit.Ledger) { l.Facts["N1"] = append(l.Facts["N1"], life("service_aborted")) }},
		"an answered session was not published": {1, func(l *audit.Ledger) { drop(l.Sessions, "session_opened") }},
		"an answered notice was not published":  {1, func(l *audit.Ledger) { drop(l.Told, "payscore_order") }},
		"a sound fact became a dead letter": {1, func(l *audit.Ledger) {
			l.DeadLetters = []audit.DeadLetter{{Service: "order-lifecycle", Subject: "facepay.kiosk.service_ended.demo.N1", Code: "x"}}
		}},
		"the order was created twice":    {2, func(l *audit.Ledger) { l.Received["N1"].Executed["create"] = 2 }},
		"the complete has two bodies":    {2, func(l *audit.Ledger) { l.Received["N1"].Bodies["complete"] = 2 }},
		"the provider collected more":    {3, func(l *audit.Ledger) { row(l, func(r *audit.Row) { r.Paid = 700 }) }},
		"the provider collected twice":   {3, func(l *audit.Ledger) { row(l, func(r *audit.Row) { r.Payments = append(r.Payments, r.Payments...) }) }},
		"nobody commanded the amount":    {3, func(l *audit.Ledger) { l.Facts["N1"][1].Total = 300 }},
		"cancelled after the money came": {3, func(l *audit.Ledger) { l.Said["N1"] = append(l.Said["N1"][:3], life("revoked")) }},
		"a refused call that could have been avoided": {audit.Avoidable, func(l *audit.Ledger) {
			refused(l, audit.Call{Operation: "complete", Status: 400, Code: "PARAM_ERROR", RequestID: "08AB-268435464"})
		}},
		"revoked after paid":             {4, func(l *audit.Ledger) { say(l, life("revoked", code("service_aborted"))) }},
		"paid after revoked, no alarm":   {4, func(l *audit.Ledger) { l.Said["N1"] = slices.Insert(l.Said["N1"], 3, life("revoked")) }},
		"the provider says revoked":      {5, func(l *audit.Ledger) { row(l, func(r *audit.Row) { r.State = "REVOKED" }) }},
		"the provider never heard of it": {5, func(l *audit.Ledger) { delete(l.Book, "N1") }},
		"one id with two contents":       {6, func(l *audit.Ledger) { say(l, life("alarm", id("id of opened"))) }},
		"opened twice":                   {6, func(l *audit.Ledger) { say(l, life("opened", id("another"))) }},
		"paid twice":                     {6, func(l *audit.Ledger) { say(l, life("paid", paid, id("another"))) }},
		"one fact refused twice": {6, func(l *audit.Ledger) {
			say(l, life("fact_rejected", refuses("f"), id("r1")))
			say(l, life("fact_rejected", refuses("f"), id("r2")))
		}},
		"more published than told": {6, func(l *audit.Ledger) { l.Told["N1"] = append(l.Told["N1"], life("payscore_order", id("another"))) }},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			l := sound()
			plant.do(l)
			f := l.Examine(promises())
			if !slices.ContainsFunc(f.Broken, func(b audit.Breach) bool { return b.Invariant == plant.breaks && b.OutOrderNo == "N1" }) {
				t.Errorf("it names %v, want a breach of %d", f.Broken, plant.breaks)
			}
		})
	}
}
