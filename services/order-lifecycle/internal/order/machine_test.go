package order

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// states and columns are those of the table, told once more.
var (
	states = []State{
		Attempt, Opening, InService, Completing, PaymentPending, Cancelling, Paid, Free, Refused, Revoked, Abandoned,
	}
	columns = []column{"session", "expired", "face_ok", "face_no", "ended", "aborted", "answer", "query", "told", "time"}
)

func TestEveryStateAnswersEveryFact(t *testing.T) {
	for _, s := range states {
		for _, c := range columns {
			if machine[s][c] == nil {
				t.Errorf("%s × %s has no cell", s, c)
			}
		}
		if len(machine[s]) != len(columns) {
			t.Errorf("%s answers %d facts, there are %d", s, len(machine[s]), len(columns))
		}
	}
	if len(machine) != len(states) {
		t.Errorf("the table has %d states, the code has %d", len(machine), len(states))
	}
	for word := range cells {
		if !slices.Contains(strings.Fields(Machine), word) {
			t.Errorf("cell %q is not in the table", word)
		}
	}
}

func TestTheParsedTableRefusesAnUnknownWord(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a table with an unknown word was accepted")
		}
	}()
	parse("state session\nATTEMPT nonsense", cells)
}

func TestTheReadmeShowsTheMachineThatRuns(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "```"+Machine+"```") {
		t.Error("README.md does not show order.Machine as it is")
	}
}
