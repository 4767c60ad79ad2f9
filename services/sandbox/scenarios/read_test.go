package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/scenarios"
)

const sound = `name: mine
title: {en: "mine", zh: 我的}
out_order_no_prefix: MINE
faults:
  - operation: create
    fault: lost_answer
    times_per_order: 1
  - operation: deduct
    fault: deduction_partial
    amount_fen: 100
visit:
  ends: complete
  total_fen: 350
expect:
  state: paid
  paid_fen: 350
  notes: {en: "n", zh: 注}
`

func TestAScenarioIsReadInFull(t *testing.T) {
	s, err := scenarios.Read([]byte(sound), "mine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules := s.Rules("")
	if s.Title.ZH != "我的" || len(rules) != 2 || rules[1].Amount != 100 || rules[0].OutOrderNoPrefix != "MINE" || rules[0].Scenario != "mine" ||
		s.Rules("X")[0].OutOrderNoPrefix != "X" || s.Faults[0].OutOrderNoPrefix != "" || s.Expect.PaidFen != 350 {
		t.Errorf("%+v", s)
	}
}

func TestTheExampleOfTheReadmeIsSound(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, found := strings.Cut(string(readme), "```yaml\nname: ")
	text, _, ended := strings.Cut(text, "```")
	if s, err := scenarios.Read([]byte("name: "+text), "mine.yaml"); !found || !ended || err != nil || s.Name != "mine" {
		t.Errorf("%v", err)
	}
}

func TestAWrongScenarioIsRefusedByFileLineAndField(t *testing.T) {
	for _, c := range []struct{ replace, by, place, field string }{
		{"fault: lost_answer", "fualt: lost_answer", "mine.yaml:6:", "faults[0].fualt"},
		{"fault: lost_answer", "fault: early_notice", "mine.yaml:6:", "faults[0].fault"},
		{"    amount_fen: 100\n", "", "mine.yaml:8:", "faults[1].amount_fen"},
		{"amount_fen: 100", "amount_fen: much", "mine.yaml:10:", "faults[1].amount_fen"},
		{"times_per_order: 1", "out_order_no: A1", "mine.yaml:7:", "faults[0].out_order_no"},
		{"times_per_order: 1", "out_order_no_prefix: A1", "mine.yaml:7:", "faults[0].out_order_no_prefix"},
		{"name: mine", "name: My Own", "mine.yaml:1:", "name"},
		{", zh: 我的", "", "mine.yaml:2:", "title.zh"},
		{"MINE", "mi-ne", "mine.yaml:3:", "out_order_no_prefix"},
		{"ends: complete", "ends: modify", "mine.yaml:12:", "visit.ends"},
		{"total_fen: 350", "total_fen: 0", "mine.yaml:13:", "visit.total_fen"},
		{"state: paid", "state: rich", "mine.yaml:15:", "expect.state"},
		{"paid_fen: 350", "paid_fen: -1", "mine.yaml:16:", "expect.paid_fen"},
		{", zh: 注", "", "mine.yaml:17:", "expect.notes.zh"},
	} {
		_, err := scenarios.Read([]byte(strings.Replace(sound, c.replace, c.by, 1)), "mine.yaml")
		if !fault.Is(err, fault.Terminal) || fault.FieldOf(err) != c.field || !strings.Contains(err.Error(), c.place) {
			t.Errorf("%q: %v, field %q; want %s %s", c.by, err, fault.FieldOf(err), c.place, c.field)
		}
	}
}

func TestAnOwnFileJoinsTheLibraryUnlessItCollides(t *testing.T) {
	for _, c := range []struct{ file, replace, by, field string }{
		{"mine.yaml", "", "", ""},
		{"other.yaml", "", "", "name"},
		{"paid-by-hand.yaml", "name: mine", "name: paid-by-hand", "name"},
		{"mine.yaml", "MINE", "HANDS", "out_order_no_prefix"},
	} {
		path := filepath.Join(t.TempDir(), c.file)
		if err := os.WriteFile(path, []byte(strings.Replace(sound, c.replace, c.by, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		library, err := scenarios.Open(path)
		if fault.FieldOf(err) != c.field || (err == nil) != (c.field == "") {
			t.Errorf("%s %s: %v", c.file, c.by, err)
		}
		if err == nil {
			if _, err := library.Get("mine"); err != nil {
				t.Error(err)
			}
		}
	}
}
