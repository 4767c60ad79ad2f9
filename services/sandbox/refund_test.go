package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

const refundsPath = "/v3/refund/domestic/refunds"

// paid opens and finishes an order of 350 fen and gives the transaction_id of its payment.
func (w *world) paid(t testing.TB, no string) string {
	t.Helper()
	w.open(t, no, "user of "+no)
	w.finish(t, no, 350)
	order := w.state(t, no, "DONE")
	return order["collection"].(fieldsOf)["details"].([]any)[0].(fieldsOf)["transaction_id"].(string)
}

func (w *world) refundBody(no, transaction string, amount int) fieldsOf {
	return fieldsOf{"transaction_id": transaction, "out_refund_no": no, "reason": "商品质量", "notify_url": w.inbox.URL + "/refund",
		"amount": fieldsOf{"refund": amount, "total": 350, "currency": "CNY"}}
}

// refundStatus queries until the refund has the status.
func (w *world) refundStatus(t testing.TB, no, want string) fieldsOf {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		refund := w.call(t, http.MethodGet, refundsPath+"/"+no, nil).json(t)
		if refund["status"] == want {
			return refund
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %v, want %s", no, refund, want)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func refundsAtOnce(c *sandbox.Config) { c.RefundAfter = time.Millisecond }

func TestARefundIsAcceptedThenEndsAndTheMerchantIsTold(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.RefundAfter = 200 * time.Millisecond }))
	transaction := w.paid(t, "PS1")
	r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100))
	got := r.json(t)
	if r.status != 200 || r.bad != nil || got["status"] != "PROCESSING" || got["transaction_id"] != transaction || got["success_time"] != nil ||
		got["channel"] != "ORIGINAL" || got["amount"].(fieldsOf)["refund"] != 100.0 || got["amount"].(fieldsOf)["total"] != 350.0 {
		t.Fatalf("%d %v %v", r.status, got, r.bad)
	}
	event, entity := w.notice(t, w.next(t, "/refund"))
	if event != "REFUND.SUCCESS" || entity["refund_status"] != "SUCCESS" || entity["out_refund_no"] != "RF1" || entity["refund_id"] != got["refund_id"] ||
		entity["out_trade_no"] != got["out_trade_no"] || entity["success_time"] == nil || entity["mchid"] != mchID || entity["amount"].(fieldsOf)["payer_refund"] != 100.0 {
		t.Errorf("%s %v", event, entity)
	}
	if end := w.refundStatus(t, "RF1", "SUCCESS"); end["success_time"] != entity["success_time"] || end["refund_id"] != got["refund_id"] {
		t.Errorf("%v", end)
	}
	totals := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)["totals"].(fieldsOf)
	if totals["paid_fen"] != 350.0 || totals["refunded_fen"] != 100.0 || totals["refunds"].(fieldsOf)["SUCCESS"] != 1.0 {
		t.Errorf("%v", totals)
	}
	rows := w.control(t, http.MethodGet, "/control/wechat/refunds?out_order_no=PS1", nil, 200)["refunds"].([]any)
	if row := rows[0].(fieldsOf); len(rows) != 1 || row["out_refund_no"] != "RF1" || row["refund_amount"] != 100.0 || row["settled_at"] == nil {
		t.Errorf("%v", rows)
	}
	requests := w.control(t, http.MethodGet, "/control/wechat/requests?out_order_no=PS1", nil, 200)
	if requests["executed"].(fieldsOf)["refund"] != 1.0 || requests["bodies"].(fieldsOf)["refund"] != 1.0 {
		t.Errorf("the journal of the order has no refund: %v", requests)
	}
}

func TestRefundsAreRefusedAsWeChatRefusesThem(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	transaction := w.paid(t, "PS1")
	for _, c := range []struct {
		name   string
		change func(fieldsOf)
		status int
		code   string
	}{
		{"our out_order_no", func(b fieldsOf) { delete(b, "transaction_id"); b["out_trade_no"] = "PS1" }, 404, "RESOURCE_NOT_EXISTS-0"},
		{"an unknown payment", func(b fieldsOf) { b["transaction_id"] = "4200001999202311150000000001" }, 404, "RESOURCE_NOT_EXISTS-0"},
		{"no payment", func(b fieldsOf) { delete(b, "transaction_id") }, 400, "PARAM_ERROR-268435464"},
		{"a number of another alphabet", func(b fieldsOf) { b["out_refund_no"] = "RF#1" }, 400, "PARAM_ERROR-268435464"},
		{"another total", func(b fieldsOf) { b["amount"].(fieldsOf)["total"] = 351 }, 400, "INVALID_REQUEST-0"},
		{"more than was paid", func(b fieldsOf) { b["amount"].(fieldsOf)["refund"] = 351 }, 400, "INVALID_REQUEST-0"},
	} {
		body := w.refundBody("RF1", transaction, 100)
		c.change(body)
		if r := w.call(t, http.MethodPost, refundsPath, body); r.status != c.status || r.code(t) != c.code || r.bad != nil {
			t.Errorf("%s: %d %s", c.name, r.status, r.body)
		}
	}
	if r := w.call(t, http.MethodGet, refundsPath+"/RF1", nil); r.status != 404 || r.code(t) != "RESOURCE_NOT_EXISTS-0" {
		t.Errorf("a refused refund is there: %s", r.body)
	}
}

func TestARefundIsRepeatedOnlyWithTheSameParameters(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	transaction := w.paid(t, "PS1")
	first := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100)).json(t)
	w.refundStatus(t, "RF1", "SUCCESS")
	again := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100)).json(t)
	if again["refund_id"] != first["refund_id"] || again["status"] != "SUCCESS" {
		t.Errorf("%v, then %v", first, again)
	}
	for name, change := range map[string]func(fieldsOf){
		"amount": func(b fieldsOf) { b["amount"].(fieldsOf)["refund"] = 101 }, "reason": func(b fieldsOf) { b["reason"] = "x" },
	} {
		body := w.refundBody("RF1", transaction, 100)
		change(body)
		if r := w.call(t, http.MethodPost, refundsPath, body); r.status != 400 || r.code(t) != "INVALID_REQUEST-0" {
			t.Errorf("another %s: %d %s", name, r.status, r.body)
		}
	}
	if totals := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)["totals"].(fieldsOf); totals["refunded_fen"] != 100.0 {
		t.Errorf("%v", totals)
	}
}

func TestADeductionIsRefundedByTheNumberWeChatMade(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	transaction := w.paid(t, "PS1")
	tradeNo := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 350)).json(t)["out_trade_no"].(string)
	body := w.refundBody("RF2", "", 1)
	delete(body, "transaction_id")
	body["out_trade_no"] = tradeNo
	if r := w.call(t, http.MethodPost, refundsPath, body); r.status != 400 || r.code(t) != "INVALID_REQUEST-0" {
		t.Errorf("it was found and nothing is left, but: %d %s", r.status, r.body)
	}
}

func TestEveryPartOfAnOrderIsRefundedByItself(t *testing.T) {
	w := start(t, configured(refundsAtOnce), configured(func(c *sandbox.Config) { c.DeductAgainAfter = time.Millisecond }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_partial", "amount_fen": 100, "times_per_order": 2})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	details := w.state(t, "PS1", "DONE")["collection"].(fieldsOf)["details"].([]any)
	for i, want := range []float64{100, 100, 150} {
		detail := details[i].(fieldsOf)
		body := w.refundBody(fmt.Sprint("RF", i), detail["transaction_id"].(string), int(want))
		body["amount"].(fieldsOf)["total"] = want
		if r := w.call(t, http.MethodPost, refundsPath, body); r.status != 200 {
			t.Errorf("part %d: %d %s", i, r.status, r.body)
		}
	}
}

func TestASecondRefundOfAPaymentWaitsAMinute(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, configured(refundsAtOnce), func(w *world) { w.clock = gears })
	transaction := w.paid(t, "PS1")
	w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100))
	if r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF2", transaction, 100)); r.status != 429 || r.code(t) != "FREQUENCY_LIMITED-268435472" {
		t.Errorf("%d %s", r.status, r.body)
	}
	gears.jump(time.Minute)
	if r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF2", transaction, 100)); r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestRefundsThatFailTooOftenAreRefusedForTheRestOfTheSecond(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	transaction := w.paid(t, "PS1")
	w.clock = frozen{time.Now()}
	w.restart()
	for i := range 6 {
		if r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", "none", 1)); r.status != 404 {
			t.Fatalf("%d: %d %s", i, r.status, r.body)
		}
	}
	if r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 1)); r.status != 429 || r.code(t) != "FREQUENCY_LIMITED-268435472" {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestARefundWithoutANotifyURLIsToldWhereThePortalSays(t *testing.T) {
	w := start(t, configured(refundsAtOnce), func(w *world) { w.config.Merchants[0].RefundNotifyURL = w.inbox.URL + "/portal" })
	body := w.refundBody("RF1", w.paid(t, "PS1"), 100)
	delete(body, "notify_url")
	w.call(t, http.MethodPost, refundsPath, body)
	if event, _ := w.notice(t, w.next(t, "/portal")); event != "REFUND.SUCCESS" {
		t.Error(event)
	}
}
