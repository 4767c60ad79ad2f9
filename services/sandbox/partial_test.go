package sandbox_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

// collection polls the query until so much is collected.
func (w *world) collection(t testing.TB, no string, paid float64) fieldsOf {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		if c, _ := w.call(t, http.MethodGet, orderURI(no), nil).json(t)["collection"].(fieldsOf); c != nil && c["paid_amount"] == paid {
			return c
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v fen of %s were never collected", paid, no)
		}
	}
}

func TestAPartIsCollectedFirstAndTheRestLater(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAgainAfter = 500 * time.Millisecond }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_partial", "amount_fen": 100, "times": 1})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	c := w.collection(t, "PS1", 100)
	first := c["details"].([]any)[0].(fieldsOf)
	if c["state"] != "USER_PAYING" || c["total_amount"] != 350.0 || c["paying_amount"] != 250.0 || first["amount"] != 100.0 || first["transaction_id"] != nil {
		t.Errorf("in between: %v", c)
	}
	w.state(t, "PS1", "DOING/MCH_COMPLETE")
	if _, entity := w.notice(t, w.next(t, "/order")); entity["state"] != "DOING" || entity["collection"].(fieldsOf)["state"] != "USER_PAYING" {
		t.Errorf("told of the part: %v", entity)
	}
	if r := w.call(t, http.MethodPost, ordersPath+"/PS1/cancel", cancelBody("x")); r.status != 400 {
		t.Errorf("a part was cancelled: %s", r.body)
	}
	c = w.collection(t, "PS1", 350)
	details := c["details"].([]any)
	if c["state"] != "USER_PAID" || c["paying_amount"] != 0.0 || len(details) != 2 || details[1].(fieldsOf)["amount"] != 250.0 ||
		details[0].(fieldsOf)["transaction_id"] == details[1].(fieldsOf)["transaction_id"] || details[0].(fieldsOf)["transaction_id"] == nil {
		t.Errorf("in the end: %v", c)
	}
	if _, entity := w.notice(t, w.next(t, "/order")); entity["state"] != "DONE" {
		t.Errorf("told of the rest: %v", entity)
	}
	totals := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)["totals"].(fieldsOf)
	if totals["paid_fen"] != 350.0 || totals["paid"] != 1.0 {
		t.Errorf("%v", totals)
	}
}

func TestTheUserPaysByHandWhatIsLeftAfterAPartAndFailures(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAgainAfter = time.Millisecond }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_partial", "amount_fen": 100, "times_per_order": 1})
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_fails", "times_per_order": 3})
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "paid_by_hand"})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.state(t, "PS1", "DONE")
	row := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200)
	if row["paid_by_hand"] != true || row["failed_deductions"] != 3.0 || row["paid_amount"] != 350.0 || len(row["transaction_ids"].([]any)) != 2 {
		t.Errorf("%v", row)
	}
}

func TestTwoNoticesOfOneOrderMayComeInReverse(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAgainAfter = 300 * time.Millisecond }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_partial", "amount_fen": 100, "times_per_order": 1})
	w.rule(t, fieldsOf{"operation": "notify", "fault": "reversed", "times_per_order": 1})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	for _, want := range []float64{350, 100} {
		if _, entity := w.notice(t, w.next(t, "/order")); entity["collection"].(fieldsOf)["paid_amount"] != want {
			t.Errorf("%v, want %v", entity["collection"], want)
		}
	}
}
