package order

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheOutcomesLeaveNoPairOut sees to it that every state meets every fact of the machine in outcomes.txt, every answer
// WeChat can give to every request, and the order in every phase, asked for and told.
func TestTheOutcomesLeaveNoPairOut(t *testing.T) {
	shown := map[State]bool{}
	for _, s := range situations(t) {
		shown[s.order.State] = true
	}
	for _, s := range states {
		if !shown[s] {
			t.Errorf("no situation is %s", s)
		}
		met := map[column]bool{}
		verdicts, phases := map[string]bool{}, map[string]bool{}
		for _, f := range everyFact(s) {
			met[f.fact.column()] = true
			if a, ok := f.fact.(Answered); ok {
				verdicts[fmt.Sprint(a.Op, a.Verdict)] = true
			}
			if seen := seenIn(f.fact); seen != nil {
				phases[fmt.Sprint(isTold(f.fact), seen.phase())] = true
			}
		}
		if len(met) != len(columns) || len(verdicts) != 8*len(verdictNames) || len(phases) != 2*(int(isExpired)+1) {
			t.Errorf("%s meets %d facts, %d answers, %d phases", s, len(met), len(verdicts), len(phases))
		}
	}
}

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
			row := fmt.Sprintf("  %-42s %-16s %-14s %s", f.name, o.State, next(o.Next()), names(events))
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

// next is a Todo in a word: what, and how long after the fact.
func next(todo Todo) string {
	if todo.Op == "" {
		return "-"
	}
	if todo.Refund != "" {
		todo.Op += Op(" " + todo.Refund)
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
		case RefundFailed:
			words[i] += ":" + e.Refund.Failure
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
