package order

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/money"
)

// TestEveryFactInEveryStateDoesWhatTheTableSays holds testdata/outcomes.txt: a change in behaviour shows up as a
// difference there. UPDATE=1 writes it anew.
func TestEveryFactInEveryStateDoesWhatTheTableSays(t *testing.T) {
	var b strings.Builder
	for _, s := range situations(t) {
		fmt.Fprintf(&b, "%s\n", s.name)
		var silent []string
		for _, f := range everyFact(s.order.State) {
			o := clone(*s.order)
			events, moved := o.Apply(envAt(later), f.fact)
			if !moved {
				silent = append(silent, f.name)
				continue
			}
			row := fmt.Sprintf("  %-31s %-15s %-12s %s", f.name, o.State, next(o.Todo), names(events))
			b.WriteString(strings.TrimRight(row, " ") + "\n")
		}
		for _, line := range grouped(silent) {
			fmt.Fprintf(&b, "  nothing new: %s\n", line)
		}
		b.WriteString("\n")
	}
	const path = "testdata/outcomes.txt"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Error(diff)
	}
}

// later is when the fact of a row comes; situations are ten seconds old by then.
var later = t0.Add(10 * time.Second)

type situation struct {
	name  string
	order *Order
}

type namedFact struct {
	name string
	fact Fact
}

// situations are the states, some of them with what makes a difference in them.
func situations(t *testing.T) []situation {
	t.Helper()
	face := FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000}
	session := SessionOpened{DeviceID: "K1", ServiceID: "500001", OpenedAt: t0.Add(-time.Minute), ExpiresAt: t0.Add(time.Hour)}
	served := answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM", OrderID: "W1", StartedAt: t0.Add(-time.Minute)})
	end, freeEnd := endOf("end1", 350), endOf("end1", 0)
	pending := answer(OpComplete, Accepted, Seen{State: "DOING", Description: "MCH_COMPLETE"})
	lost := func(op Op) Answered { return Answered{Op: op, Verdict: Unknown} }
	no := func(op Op) Answered { return Answered{Op: op, Verdict: Refusal, Reason: "risk"} }
	askedPaid := Observed{told(paidSeen(350))}
	var all []situation
	add := func(name string, facts ...Fact) {
		o := New("m1", "N1")
		for _, f := range facts {
			before := o.Todo
			if a, ok := f.(Answered); ok {
				o.Note(Call{Op: a.Op})
			}
			if o.Apply(envAt(t0), f); o.Todo != before {
				o.Begin(t0)
			}
		}
		if word, _, _ := strings.Cut(name, ","); string(o.State) != word {
			t.Fatalf("%s: got %s", name, o.State)
		}
		all = append(all, situation{name, &o})
	}
	add("ATTEMPT")
	add("ATTEMPT, session open", session)
	add("ATTEMPT, session open, end parked", session, end)
	add("ATTEMPT, payment told", askedPaid)
	add("OPENING", face)
	add("OPENING, end parked", face, end)
	add("OPENING, aborted", face, ServiceAborted{ID: "abort1"})
	add("OPENING, in doubt", face, lost(OpCreate))
	add("OPENING, in doubt, aborted", face, lost(OpCreate), ServiceAborted{ID: "abort1"})
	add("OPENING, in doubt, then refused", face, lost(OpCreate), no(OpCreate))
	add("OPENING, in doubt, then unexplained", face, lost(OpCreate), Answered{Op: OpCreate, Verdict: Ask})
	add("OPENING, unexplained", face, Answered{Op: OpCreate, Verdict: Ask})
	add("IN_SERVICE", face, served)
	add("IN_SERVICE, end parked", face, answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM"}), end)
	add("COMPLETING", face, served, end)
	add("COMPLETING, refused", face, served, end, no(OpComplete))
	add("COMPLETING, in doubt, then refused", face, served, end, lost(OpComplete), no(OpComplete))
	add("COMPLETING, nothing to pay", face, served, freeEnd)
	add("PAYMENT_PENDING", face, served, end, pending)
	add("CANCELLING", face, served, ServiceAborted{ID: "abort1"})
	add("PAID", face, served, end, answer(OpComplete, Accepted, paidSeen(350)))
	add("PAID, another amount told", face, served, end, answer(OpComplete, Accepted, paidSeen(350)), Observed{told(paidSeen(400))})
	add("FREE", face, served, freeEnd, answer(OpQuery, Accepted, Seen{State: "DONE", Total: new(money.Fen)}))
	add("REFUSED", face, no(OpCreate))
	add("REVOKED", face, served, ServiceAborted{ID: "abort1"}, Answered{Op: OpCancel, Verdict: Accepted})
	add("REVOKED, payment told", face, served, ServiceAborted{ID: "abort1"}, Answered{Op: OpCancel, Verdict: Accepted}, askedPaid)
	add("ABANDONED", SessionExpired{})
	return all
}

// everyFact is every kind of fact with what makes a difference in it.
func everyFact(askedIn State) []namedFact {
	all := []namedFact{
		{"session", SessionOpened{DeviceID: "K2", ServiceID: "500001", OpenedAt: t0, ExpiresAt: t0.Add(time.Hour)}},
		{"expired", SessionExpired{}},
		{"face_ok", FaceSucceeded{ID: "face2", ServiceID: "500001", RiskFund: 10_000}},
		{"face_ok, risk amount above cap", FaceSucceeded{ID: "face3", ServiceID: "500001", RiskFund: 20_001}},
		{"face_ok, another service", FaceSucceeded{ID: "face4", ServiceID: "500002", RiskFund: 10_000}},
		{"face_no, USER_CANCEL", FaceFailed{ID: "face5", ReturnCode: "USER_CANCEL"}},
		{"face_no, SCAN_PAYMENT", FaceFailed{ID: "face6", ReturnCode: "SCAN_PAYMENT"}},
		{"face_no, ERROR", FaceFailed{ID: "face7", ReturnCode: "ERROR"}},
		{"face_no, anything else", FaceFailed{ID: "face8", ReturnCode: "PARAM_ERROR"}},
		{"ended", endOf("end2", 350)},
		{"ended, nothing to pay", endOf("end3", 0)},
		{"ended, above cap", endOf("end4", 20_001)},
		{"aborted", ServiceAborted{ID: "abort2"}},
	}
	seen := map[string]Seen{
		"CREATED": {State: "CREATED"}, "DOING/USER_CONFIRM": {State: "DOING", Description: "USER_CONFIRM"}, "DOING/": {State: "DOING"},
		"DOING/MCH_COMPLETE": {State: "DOING", Description: "MCH_COMPLETE", Total: new(money.Fen(350))}, "USER_PAID 350": paidSeen(350),
		"USER_PAID 400": paidSeen(400), "DONE, total 0": {State: "DONE", Total: new(money.Fen)}, "DONE": {State: "DONE"},
		"REVOKED": {State: "REVOKED"}, "EXPIRED": {State: "EXPIRED"}, "undocumented": {State: "WAIT_PAY"},
	}
	order := []string{
		"CREATED", "DOING/USER_CONFIRM", "DOING/", "DOING/MCH_COMPLETE", "USER_PAID 350", "USER_PAID 400", "DONE, total 0", "DONE",
		"REVOKED", "EXPIRED", "undocumented",
	}
	for _, op := range []Op{OpCreate, OpComplete, OpCancel, OpQuery} {
		for _, v := range []Verdict{Unknown, Refusal, Ask, NotNow, Misconfigured, Missing, NotOurs} {
			all = append(all, namedFact{fmt.Sprintf("%s: %s", op, v), Answered{Op: op, Verdict: v, Reason: "rule", AskedIn: askedIn}})
		}
		for _, name := range order {
			s := seen[name]
			all = append(all, namedFact{fmt.Sprintf("%s: %s", op, name), Answered{Op: op, Verdict: Accepted, Seen: &s, AskedIn: askedIn}})
		}
	}
	for _, name := range []string{"DOING/USER_CONFIRM", "DOING/MCH_COMPLETE", "USER_PAID 350", "USER_PAID 400"} {
		s := seen[name]
		s.ServiceID = "500001"
		all = append(all, namedFact{"told: " + name, Observed{told(s)}})
	}
	partial := told(paidSeen(350))
	partial.Parts = nil
	return append(all, namedFact{"told: USER_PAID 350, no parts", Observed{partial}}, namedFact{"time", TimePassed{}})
}

// next is a Todo in a word: what, and how long after the fact.
func next(todo Todo) string {
	if todo.Op == "" {
		return "-"
	}
	wait := todo.At.Sub(later).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(wait, zero) {
			wait = wait[:len(wait)-2]
		}
	}
	return fmt.Sprintf("%s %s", todo.Op, wait)
}

// grouped puts "create: unknown" and "create: DONE" on one line.
func grouped(facts []string) []string {
	var lines []string
	last := ""
	for _, f := range facts {
		group, word, found := strings.Cut(f, ": ")
		switch {
		case !found && last == "" && len(lines) > 0:
			lines[len(lines)-1] += ", " + f
			continue
		case found && group == last:
			lines[len(lines)-1] += ", " + word
			continue
		}
		if last = group; !found {
			last = ""
		}
		lines = append(lines, f)
	}
	return lines
}

func names(events []Event) string {
	words := make([]string, len(events))
	for i, e := range events {
		words[i] = strings.TrimPrefix(fmt.Sprintf("%T", e), "order.")
		switch e := e.(type) {
		case Alarm:
			words[i] += ":" + e.Code
		case WasRejected:
			words[i] += ":" + e.Rejection.Code
		case WasRefused:
			words[i] += ":" + e.Reason
		case WasRevoked:
			words[i] += ":" + e.Reason
		case WasAbandoned:
			words[i] += ":" + e.Reason
		}
	}
	return strings.Join(words, " ")
}
