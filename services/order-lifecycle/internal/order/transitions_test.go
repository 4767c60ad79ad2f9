package order

import (
	"fmt"
	"slices"
	"strings"
)

// transitions is the machine in short: which facts lead from a state to another, and which send the request of the state
// once more. It leaves out what else makes a difference in a state; outcomes.txt has it.
type transitions struct{ lines []transition }

type transition struct {
	from  State
	to    string
	facts []string
}

func (m *transitions) add(from State, o outcome) {
	to := string(o.to)
	if to == "" {
		op, _, _ := strings.Cut(o.next, " ")
		if op == "" || op == "-" || op == string(OpQuery) || op == string(Think) {
			return
		}
		to = op + " again"
	}
	i := slices.IndexFunc(m.lines, func(t transition) bool { return t.from == from && t.to == to })
	if i < 0 {
		i, m.lines = len(m.lines), append(m.lines, transition{from: from, to: to})
	}
	for _, f := range o.facts {
		if !slices.Contains(m.lines[i].facts, f) {
			m.lines[i].facts = append(m.lines[i].facts, f)
		}
	}
}

// String lists the states in the order of the table.
func (m *transitions) String() string {
	var b strings.Builder
	b.WriteString("From a state, to a state or to one more try of its request: by which facts, whatever else the order knows.\n")
	for _, from := range states {
		b.WriteString("\n")
		lines := slices.DeleteFunc(slices.Clone(m.lines), func(t transition) bool { return t.from != from })
		if len(lines) == 0 {
			fmt.Fprintf(&b, "%-16s ends here\n", from)
		}
		for _, t := range lines {
			fmt.Fprintf(&b, "%-16s → %-16s %s\n", from, t.to, grouped(t.inOrder()))
		}
	}
	return b.String()
}

// inOrder are the facts as everyFact has them: those of one request stand together.
func (t transition) inOrder() []string {
	var all []string
	for _, f := range everyFact(t.from) {
		if slices.Contains(t.facts, f.name) {
			all = append(all, f.name)
		}
	}
	return all
}
