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
		Attempt, Authorising, Opening, AwaitingConfirm, InService, Completing, PaymentPending, Modifying, Syncing, Collecting, Withdrawing,
		Cancelling, Paid, Free, Refused, Revoked, Expired, Abandoned,
	}
	columns = []column{
		"session", "expired", "face_ok", "face_no", "wanted", "granted", "denied", "ended", "aborted",
		"cancel", "modify", "elsewhere", "collect", "refund", "answer", "query", "told", "time",
	}
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

func TestEveryRefundAnswersEveryWordOfWeChat(t *testing.T) {
	refundStates := []RefundState{RefundSending, RefundProcessing, RefundAbnormal, RefundSucceeded, RefundClosed, RefundRefused}
	for _, s := range refundStates {
		if line := refundMachine[State(s)]; len(line) != 3 || line["sent"] == nil || line["asked"] == nil || line["told"] == nil {
			t.Errorf("%s answers %d facts", s, len(line))
		}
	}
	if len(refundMachine) != len(refundStates) {
		t.Errorf("the table has %d states", len(refundMachine))
	}
}

func TestTheReadmeShowsTheMachineThatRuns(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{Machine, RefundMachine} {
		if !strings.Contains(string(text), "```"+table+"```") {
			t.Errorf("README.md does not show this as it is:\n%s", table)
		}
	}
}
