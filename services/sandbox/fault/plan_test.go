package fault

import (
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func plan(t testing.TB, rules ...Rule) *Plan {
	t.Helper()
	p, err := NewPlan(rules)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestARuleStrikesOnlyWhatItMatches(t *testing.T) {
	s := Subject{Operation: Create, MchID: "1900000109", OutOrderNo: "AB1", OpenID: "o1"}
	for _, c := range []struct {
		rule Rule
		want Kind
	}{
		{Rule{}, Timeout}, {Rule{OutOrderNo: "AB1"}, Timeout}, {Rule{OutOrderNo: "AB"}, ""}, {Rule{OutOrderNoPrefix: "AB"}, Timeout},
		{Rule{OutOrderNoPrefix: "B"}, ""}, {Rule{OpenID: "o1"}, Timeout}, {Rule{OpenID: "o2"}, ""}, {Rule{MchID: "1900000109"}, Timeout}, {Rule{MchID: "1900000110"}, ""}, {Rule{EventType: "X"}, ""}, {Rule{Operation: Query}, ""},
	} {
		c.rule.Kind = Timeout
		if c.rule.Operation == "" {
			c.rule.Operation = Create
		}
		if got := plan(t, c.rule).Take(s).Kind; got != c.want {
			t.Errorf("%+v: %q", c.rule, got)
		}
	}
}

func TestTimesAreCountedOverallOrPerOrder(t *testing.T) {
	overall := plan(t, Rule{Operation: Create, Kind: Timeout, Times: 2})
	each := plan(t, Rule{Operation: Create, Kind: Timeout, TimesPerOrder: 2})
	var gotOverall, gotEach int
	for _, no := range []string{"A", "A", "A", "B", "B", "B"} {
		if overall.Take(Subject{Operation: Create, OutOrderNo: no}).Kind != "" {
			gotOverall++
		}
		if each.Take(Subject{Operation: Create, OutOrderNo: no}).Kind != "" {
			gotEach++
		}
	}
	if gotOverall != 2 || gotEach != 4 || overall.Status()[0].Hits != 2 || each.Status()[0].Hits != 4 {
		t.Errorf("%d %d", gotOverall, gotEach)
	}
}

func TestTheFirstRuleThatStrikesWins(t *testing.T) {
	p := plan(t, Rule{Operation: Create, Kind: RiskRefused, Times: 1}, Rule{Operation: Create, Kind: Timeout})
	if a, b := p.Take(Subject{Operation: Create}).Kind, p.Take(Subject{Operation: Create}).Kind; a != RiskRefused || b != Timeout {
		t.Errorf("%s %s", a, b)
	}
}

func TestASeedRepeatsItsChoices(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		rule := Rule{Operation: Query, Kind: Timeout, PerMille: rapid.IntRange(1, 1000).Draw(rt, "per mille"), Seed: rapid.Uint64().Draw(rt, "seed")}
		a, b := plan(t, rule), plan(t, rule)
		for range 50 {
			if a.Take(Subject{Operation: Query}).Kind != b.Take(Subject{Operation: Query}).Kind {
				rt.Fatal("two plans of one seed differ")
			}
		}
		if rule.PerMille == 1000 && a.Status()[0].Hits != 50 {
			rt.Fatal("1000 in 1000 is not always")
		}
	})
}

func TestTheReadmeNamesEveryFault(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []Operation{Authinfo, Certificates, Create, Query, Complete, Cancel, Modify, Sync, Pay, PreAuthorize, Permission, Terminate, UnionID, Refund, RefundQuery, RefundSettle, Bill, BillRow, BillDownload, Deduct, Notify} {
		for _, kind := range kindsOf(op) {
			if !strings.Contains(string(readme), "`"+string(kind)+"`") {
				t.Errorf("%s %s is not in the README", op, kind)
			}
		}
	}
}

func TestAmountsAndDelaysGoWithTheFaultsThatNeedThem(t *testing.T) {
	for _, r := range []Rule{
		{Operation: Deduct, Kind: DeductionPartial}, {Operation: Deduct, Kind: DeductionFails, Amount: 1}, {Operation: Notify, Kind: ForeignAmount, Amount: -1},
		{Operation: Notify, Kind: Replayed}, {Operation: Notify, Kind: Reversed, DelayMillis: 1}, {Operation: Notify, Kind: Late, DelayMillis: -1},
		{Operation: Certificates, Kind: AnswerOfAnother}, {Operation: Query, Kind: FalseNotice, Amount: 1},
		{Operation: BillRow, Kind: RowAmount}, {Operation: Bill, Kind: ForeignRow}, {Operation: BillRow, Kind: RowFee, Amount: 1}, {Operation: Bill, Kind: RowMissing},
		{Operation: RefundSettle, Kind: Late}, {Operation: Refund, Kind: RefundClosed},
	} {
		if err := r.Validate(); err == nil {
			t.Errorf("%+v is taken", r)
		}
	}
}
