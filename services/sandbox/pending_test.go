package sandbox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

// pending starts a world whose deductions do not come by themselves, with a completed order of 350 fen for each number.
func pending(t testing.TB, numbers ...string) (*world, *gearbox) {
	t.Helper()
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears }, configured(func(c *sandbox.Config) { c.DeductAfter = 1000 * time.Hour }))
	for _, no := range numbers {
		w.open(t, no, "user of "+no)
		if r := w.finish(t, no, 350); r.status != 200 {
			t.Fatalf("%s", r.body)
		}
	}
	return w, gears
}

func modifyBody(total int) fieldsOf {
	return fieldsOf{"appid": appID, "service_id": serviceID, "total_amount": total, "reason": "货物破损", "post_payments": []any{line("矿泉水", total)}}
}

func (w *world) syncBody(paidAt time.Time) fieldsOf {
	return fieldsOf{"appid": appID, "service_id": serviceID, "type": "Order_Paid",
		"detail": fieldsOf{"paid_time": paidAt.In(time.FixedZone("", 8*3600)).Format("20060102150405")}}
}

var payBody = fieldsOf{"appid": appID, "service_id": serviceID}

func (w *world) act(t testing.TB, no, operation string, body fieldsOf) result {
	t.Helper()
	r := w.call(t, http.MethodPost, ordersPath+"/"+no+"/"+operation, body)
	if r.bad != nil {
		t.Errorf("%s of %s: %v", operation, no, r.bad)
	}
	return r
}

func TestAnAmountIsModifiedDownwardsAsOftenAsAskedAndThatIsWhatIsCollected(t *testing.T) {
	w, _ := pending(t, "PS1")
	for _, total := range []int{300, 200} {
		r := w.act(t, "PS1", "modify", modifyBody(total))
		order := r.json(t)
		c, _ := order["collection"].(fieldsOf)
		if r.status != 200 || order["state_description"] != "MCH_COMPLETE" || order["total_amount"] != float64(total) || c["paying_amount"] != float64(total) || c["state"] != "USER_PAYING" {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 200)
	if _, entity := w.notice(t, w.next(t, "/order")); entity["total_amount"] != 200.0 || entity["collection"].(fieldsOf)["paid_amount"] != 200.0 {
		t.Errorf("%v", entity)
	}
}

func TestAModificationThatBreaksARuleIsRefusedAndNamesTheField(t *testing.T) {
	w, _ := pending(t, "PS1")
	for _, c := range []struct {
		field, code string
		change      fieldsOf
	}{
		{"total_amount", "INVALID_REQUEST-0", fieldsOf{"total_amount": 350, "post_payments": []any{line("a", 350)}}},
		{"total_amount", "INVALID_REQUEST-0", fieldsOf{"total_amount": 351, "post_payments": []any{line("a", 351)}}},
		{"total_amount", "PARAM_ERROR-268435464", fieldsOf{"total_amount": 199}}, {"total_amount", "PARAM_ERROR-268435464", fieldsOf{"total_amount": nil}},
		{"reason", "PARAM_ERROR-268435464", fieldsOf{"reason": ""}}, {"reason", "PARAM_ERROR-268435464", fieldsOf{"reason": strings.Repeat("由", 51)}},
		{"post_payments", "PARAM_ERROR-268435464", fieldsOf{"post_payments": []any{}}},
		{"post_discounts[0].amount", "PARAM_ERROR-268435464", fieldsOf{"post_discounts": []any{fieldsOf{"name": "a", "description": "b"}}}},
	} {
		body := modifyBody(200)
		for k, v := range c.change {
			body[k] = v
		}
		r := w.act(t, "PS1", "modify", body)
		if detail, _ := r.json(t)["detail"].(fieldsOf); r.status != 400 || r.code(t) != c.code || detail["field"] != c.field {
			t.Errorf("%v: %d %s %s", c.change, r.status, r.code(t), r.body)
		}
	}
	if row := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200); row["total_amount"] != 350.0 || row["modified_at"] != nil {
		t.Errorf("%v", row)
	}
}

// The sheet's own case: 900 of 3900 are collected.
func TestWhatIsCollectedIsNotModifiedAway(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAgainAfter = 1000 * time.Hour }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_partial", "amount_fen": 900})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 3900)
	w.collection(t, "PS1", 900)
	for total, want := range map[int]int{899: 400, 900: 400} {
		if r := w.act(t, "PS1", "modify", modifyBody(total)); r.status != want {
			t.Errorf("%d: %s", total, r.body)
		}
	}
	r := w.act(t, "PS1", "modify", modifyBody(901))
	if c := r.json(t)["collection"].(fieldsOf); r.status != 200 || c["paid_amount"] != 900.0 || c["paying_amount"] != 1.0 {
		t.Errorf("%s", r.body)
	}
}

func TestAnOrderModifiedToZeroIsDoneWithoutCollection(t *testing.T) {
	w, _ := pending(t, "PS1")
	r := w.act(t, "PS1", "modify", modifyBody(0))
	if got := r.json(t); r.status != 200 || got["state"] != "DONE" || got["collection"] != nil || got["need_collection"] != false {
		t.Errorf("%s", r.body)
	}
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 409)
}

func TestAMerchantPaidElsewhereEndsTheOrderWithoutATransactionOrANotice(t *testing.T) {
	w, gears := pending(t, "PS1")
	gears.jump(2 * time.Second)
	r := w.act(t, "PS1", "sync", w.syncBody(w.clock.Now()))
	order := r.json(t)
	c, _ := order["collection"].(fieldsOf)
	if r.status != 200 || order["state"] != "DONE" || c["state"] != "USER_PAID" || c["paid_amount"] != 350.0 || c["paying_amount"] != 0.0 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if d := c["details"].([]any)[0].(fieldsOf); d["paid_type"] != "MCH" || d["transaction_id"] != nil || d["paid_time"] == "" {
		t.Errorf("%v", d)
	}
	w.restart() // which announces what a crash kept unannounced
	if notices := w.control(t, http.MethodGet, "/control/wechat/notices?out_order_no=PS1", nil, 200)["notices"].([]any); len(notices) != 0 {
		t.Errorf("%v", notices)
	}
	row := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200)
	if payment := row["payments"].([]any)[0].(fieldsOf); payment["paid_type"] != "MCH" || row["transaction_ids"] != nil || row["paid_amount"] != 350.0 {
		t.Errorf("%v", row)
	}
	totals := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)["totals"].(fieldsOf)
	if totals["paid_fen"] != 350.0 || totals["paid_elsewhere_fen"] != 350.0 {
		t.Errorf("%v", totals)
	}
}

func TestASyncAfterAPartIsThePartOfWeChatAndTheRestOfTheMerchant(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears }, configured(func(c *sandbox.Config) { c.DeductAgainAfter = 1000 * time.Hour }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_partial", "amount_fen": 100})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.collection(t, "PS1", 100)
	gears.jump(2 * time.Second)
	r := w.act(t, "PS1", "sync", w.syncBody(w.clock.Now()))
	details := r.json(t)["collection"].(fieldsOf)["details"].([]any)
	if len(details) != 2 || details[0].(fieldsOf)["paid_type"] != "NEWTON" || details[0].(fieldsOf)["transaction_id"] == nil ||
		details[1].(fieldsOf)["paid_type"] != "MCH" || details[1].(fieldsOf)["amount"] != 250.0 || details[1].(fieldsOf)["transaction_id"] != nil {
		t.Errorf("%s", r.body)
	}
}

func TestThePaidTimeLiesBetweenTheCompletionAndTheSync(t *testing.T) {
	w, gears := pending(t, "PS1")
	completed := w.clock.Now()
	gears.jump(10 * time.Second)
	for name, body := range map[string]fieldsOf{
		"before the completion": w.syncBody(completed.Add(-time.Second)), "after the call": w.syncBody(w.clock.Now().Add(2 * time.Second)),
		"of today": {"appid": appID, "service_id": serviceID, "type": "Order_Paid", "detail": fieldsOf{"paid_time": w.today()}},
		"absent":   {"appid": appID, "service_id": serviceID, "type": "Order_Paid"}, "no time": {"appid": appID, "service_id": serviceID, "type": "Order_Paid", "detail": fieldsOf{"paid_time": "today"}},
	} {
		r := w.act(t, "PS1", "sync", body)
		if detail, _ := r.json(t)["detail"].(fieldsOf); r.status != 400 || r.code(t) != "PARAM_ERROR-268435464" || detail["field"] != "detail.paid_time" {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	wrong := w.syncBody(w.clock.Now())
	wrong["type"] = "order_paid"
	if r := w.act(t, "PS1", "sync", wrong); r.status != 400 || r.json(t)["detail"].(fieldsOf)["field"] != "type" {
		t.Errorf("%s", r.body)
	}
	yesterday := w.clock.Now()
	gears.jump(48 * time.Hour)
	day := fieldsOf{"appid": appID, "service_id": serviceID, "type": "Order_Paid",
		"detail": fieldsOf{"paid_time": yesterday.Add(24 * time.Hour).In(time.FixedZone("", 8*3600)).Format("20060102")}}
	if r := w.act(t, "PS1", "sync", day); r.status != 200 {
		t.Errorf("a whole day in between: %s", r.body)
	}
}

func TestAskedToPayWeChatCollectsAtOnceAndTells(t *testing.T) {
	w, _ := pending(t, "PS1", "PS2")
	r := w.act(t, "PS1", "pay", payBody)
	if got := r.json(t); r.status != 200 || got["out_order_no"] != "PS1" || got["order_id"] == "" || got["mchid"] != mchID || got["state"] != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	if _, entity := w.notice(t, w.next(t, "/order")); entity["out_order_no"] != "PS1" || entity["state"] != "DONE" {
		t.Errorf("%v", entity)
	}
	w.rule(t, fieldsOf{"operation": "pay", "fault": "early_notice"})
	w.act(t, "PS2", "pay", payBody)
	if len(w.deliveries) == 0 {
		t.Error("the notice did not come before the answer")
	}
}

func TestOnlyAPendingOrderIsModifiedSyncedOrCollected(t *testing.T) {
	w, gears := pending(t, "PAID", "REVOKED")
	gears.jump(2 * time.Second)
	w.open(t, "RUNNING", "carol")
	w.control(t, http.MethodPost, "/control/wechat/orders/PAID/pay", nil, 200)
	w.act(t, "REVOKED", "cancel", cancelBody("x"))
	for no, want := range map[string]string{"RUNNING": "INVALID_ORDER_STATE-271316657", "PAID": "ORDER_DONE-271316657", "REVOKED": "ORDER_CANCELED-271316657", "NONE": "ORDER_NOT_EXIST-271317510"} {
		for operation, body := range map[string]fieldsOf{"modify": modifyBody(200), "sync": w.syncBody(w.clock.Now()), "pay": payBody} {
			if r := w.act(t, no, operation, body); r.code(t) != want {
				t.Errorf("%s %s: %s %s", operation, no, r.code(t), r.body)
			}
		}
	}
	w.open(t, "PS1", "dave")
	w.finish(t, "PS1", 350)
	gears.jump(2 * time.Second)
	for operation, body := range map[string]fieldsOf{"modify": modifyBody(200), "sync": w.syncBody(w.clock.Now()), "pay": {"appid": appID}} {
		body["service_id"] = "500003"
		if r := w.act(t, "PS1", operation, body); r.code(t) != "ORDER_NOT_EXIST-271317510" {
			t.Errorf("%s of another service: %s", operation, r.body)
		}
	}
}

// Nothing is written about repeats of modify and sync: whoever repeats must have asked first.
func TestModifyAndSyncAreNotReentrant(t *testing.T) {
	w, gears := pending(t, "PS1")
	gears.jump(2 * time.Second)
	modify, sync := modifyBody(200), w.syncBody(w.clock.Now())
	if first, again := w.act(t, "PS1", "modify", modify), w.act(t, "PS1", "modify", modify); first.status != 200 || again.code(t) != "INVALID_REQUEST-0" {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	if first, again := w.act(t, "PS1", "sync", sync), w.act(t, "PS1", "sync", sync); first.status != 200 || again.code(t) != "ORDER_DONE-271316657" {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	executed := w.control(t, http.MethodGet, "/control/wechat/requests?out_order_no=PS1", nil, 200)["executed"].(fieldsOf)
	if executed["modify"] != 1.0 || executed["sync"] != 1.0 {
		t.Errorf("%v", executed)
	}
}

func TestAPendingOrderMeetsTheFaultsOfItsOperations(t *testing.T) {
	w, gears := pending(t, "PS1")
	gears.jump(2 * time.Second)
	bodies := map[string]fieldsOf{"cancel": cancelBody("x"), "modify": modifyBody(200), "sync": w.syncBody(w.clock.Now()), "pay": payBody}
	for _, c := range []struct{ operation, kind, code string }{
		{"cancel", "deduction_running", "INVALID_REQUEST-271316754"}, {"modify", "deduction_running", "INVALID_REQUEST-271316754"}, {"sync", "deduction_running", "INVALID_REQUEST-271316754"},
		{"cancel", "not_cancellable", "INVALID_REQUEST-271316592"}, {"modify", "not_modifiable", "INVALID_REQUEST-0"}, {"sync", "collection_unclear", "INVALID_REQUEST-0"},
		{"cancel", "no_permission", "NO_AUTH-268503786"}, {"modify", "no_permission", "NO_AUTH-268503786"}, {"sync", "no_permission", "NO_AUTH-268503786"}, {"pay", "no_permission", "NO_AUTH-268503786"},
	} {
		w.rule(t, fieldsOf{"operation": c.operation, "fault": c.kind, "times": 1})
		if r := w.act(t, "PS1", c.operation, bodies[c.operation]); r.code(t) != c.code {
			t.Errorf("%s %s: %s", c.operation, c.kind, r.body)
		}
		w.state(t, "PS1", "DOING/MCH_COMPLETE")
	}
}

func TestAnOrderInServiceIsCancelledAlthoughCompletedOnesAreNot(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	w.rule(t, fieldsOf{"operation": "cancel", "fault": "not_cancellable"})
	if r := w.act(t, "PS1", "cancel", cancelBody("x")); r.status != 200 {
		t.Errorf("%s", r.body)
	}
}

func TestADeductionMayComeJustBeforeACallThatWantsToPreventIt(t *testing.T) {
	w, gears := pending(t, "cancel", "modify", "sync")
	gears.jump(2 * time.Second)
	for operation, c := range map[string]struct {
		body fieldsOf
		code string
	}{"cancel": {cancelBody("x"), "ORDER_DONE-271316592"}, "modify": {modifyBody(200), "ORDER_DONE-271316657"}, "sync": {w.syncBody(w.clock.Now()), "ORDER_DONE-271316657"}} {
		w.rule(t, fieldsOf{"operation": operation, "fault": "paid_first", "times": 1})
		if r := w.act(t, operation, operation, c.body); r.code(t) != c.code {
			t.Errorf("%s: %s", operation, r.body)
		}
		if row := w.control(t, http.MethodGet, "/control/wechat/book/"+operation, nil, 200); row["paid_amount"] != 350.0 {
			t.Errorf("%v", row)
		}
	}
	for range 3 {
		if event, _ := w.notice(t, w.next(t, "/order")); event != "PAYSCORE.USER_PAID" {
			t.Error(event)
		}
	}
}
