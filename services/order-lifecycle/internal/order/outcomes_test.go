package order

import (
	"fmt"
	"os"
	"reflect"
	"slices"
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

// TestEveryFactInEveryStateDoesWhatTheTableSays applies every fact in every situation. testdata/outcomes.txt holds what moves,
// testdata/transitions.txt sums it up for the eye. What is not listed did nothing at all. UPDATE=1 writes both anew.
func TestEveryFactInEveryStateDoesWhatTheTableSays(t *testing.T) {
	var rows strings.Builder
	var machine transitions
	for _, s := range situations(t) {
		facts := everyFact(s.order.State)
		outcomes, idle := outcomesOf(t, s, facts)
		fmt.Fprintf(&rows, "%s: %s. %d of %d facts do nothing.\n", s.name, next(s.order.Next()), idle, len(facts))
		for _, o := range outcomes {
			row := fmt.Sprintf("  %-16s %-14s %-40s %s", o.to, o.next, o.events, grouped(o.facts))
			rows.WriteString(strings.TrimRight(row, " ") + "\n")
			machine.add(s.order.State, o)
		}
		rows.WriteString("\n")
	}
	golden(t, "testdata/outcomes.txt", rows.String())
	golden(t, "testdata/transitions.txt", machine.String())
}

// outcome is what one or more facts lead to. A word that stays as it was is left blank, but for the events.
type outcome struct {
	to           State
	next, events string
	facts        []string
}

// outcomesOf groups the facts that do something in s by what they do, moves to another state first, and counts those that do
// nothing: they change no byte of the order.
func outcomesOf(t *testing.T, s situation, facts []namedFact) (all []outcome, idle int) {
	t.Helper()
	for _, f := range facts {
		o := clone(*s.order)
		events, moved := o.Apply(envAt(later), f.fact)
		if !moved {
			if idle++; len(events) > 0 || !reflect.DeepEqual(o, clone(*s.order)) {
				t.Errorf("%s, %s: nothing new, they say, but %s", s.name, f.name, cmp.Diff(*s.order, o))
			}
			continue
		}
		is := outcome{events: names(events)}
		if o.State != s.order.State {
			is.to = o.State
		}
		if next(o.Next()) != next(s.order.Next()) {
			is.next = next(o.Next())
		}
		same := func(x outcome) bool { return x.to == is.to && x.next == is.next && x.events == is.events }
		i := slices.IndexFunc(all, same)
		if i < 0 {
			i, all = len(all), append(all, is)
		}
		all[i].facts = append(all[i].facts, f.name)
	}
	slices.SortStableFunc(all, func(a, b outcome) int { return a.rank() - b.rank() })
	return all, idle
}

func (o outcome) rank() int {
	switch {
	case o.to != "":
		return 0
	case o.next != "":
		return 1
	case o.events != "":
		return 2
	}
	return 3
}

// golden compares text with the file at path, or writes it there when UPDATE is set.
func golden(t *testing.T, path, text string) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
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

// grouped puts "create: unknown" and "create: DONE" together.
func grouped(facts []string) string {
	var b strings.Builder
	last := ""
	for i, f := range facts {
		group, word, found := strings.Cut(f, ": ")
		switch {
		case found && group == last:
			b.WriteString(", " + word)
		case i > 0:
			b.WriteString(" · " + f)
		default:
			b.WriteString(f)
		}
		if last = group; !found {
			last = ""
		}
	}
	return b.String()
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
