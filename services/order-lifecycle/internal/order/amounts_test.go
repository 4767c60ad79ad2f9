package order

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

func TestAmountsThatBreakFormulaOrCapAreRefusedAtTheDoor(t *testing.T) {
	for name, c := range map[string]struct {
		end  End
		code string
	}{
		"formula":      {End{Total: 350, Lines: []money.Fen{400}}, "total_amount_formula"},
		"discounts":    {End{Total: 400, Lines: []money.Fen{400}, Discounts: []money.Fen{50}}, "total_amount_formula"},
		"cap":          {End{Total: 20_001, Lines: []money.Fen{20_001}}, "total_amount_cap"},
		"negative":     {End{Total: -1, Lines: []money.Fen{-1}}, "amount_negative"},
		"overflow":     {End{Total: 1, Lines: []money.Fen{1 << 62, 1 << 62}}, "amount_overflow"},
		"future":       {End{Total: 1, Lines: []money.Fen{1}, At: t0.Add(time.Hour)}, "end_time_in_future"},
		"before start": {End{Total: 1, Lines: []money.Fen{1}, At: t0.Add(-time.Hour)}, "end_before_start"},
	} {
		o := serving(t)
		c.end.FactID, c.end.HeardAt = "end1", t0.Add(time.Minute)
		events, _ := o.Apply(envAt(t0.Add(time.Minute)), ServiceEnded{c.end})
		if len(events) != 1 || events[0].(WasRejected).Rejection.Code != c.code || o.State != InService {
			t.Errorf("%s: got %s, %v, want %s", name, o.State, events, c.code)
		}
	}
}

func TestInDepositModeTheOrdersOwnRiskAmountIsTheCap(t *testing.T) {
	o := serving(t)
	env := envAt(t0.Add(time.Minute))
	env.Terms.RiskFundIsCap = true
	events, _ := o.Apply(env, endOf("end1", 10_001))
	wantRejected(t, events, "total_amount_cap")
	env.Terms.Cap = 9_000 // lowered since
	events, _ = o.Apply(env, endOf("end2", 10_000))
	wantRejected(t, events, "total_amount_cap")
}

func TestATotalMayReachTheCap(t *testing.T) {
	o := serving(t)
	if o.Apply(envAt(t0.Add(time.Minute)), endOf("end1", terms.Cap)); o.State != Completing {
		t.Errorf("got %s", o.State)
	}
}
