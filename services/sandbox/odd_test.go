package sandbox_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/sandbox"
)

// oddities are what each fault makes of an order.
var oddities = map[string]struct {
	has   string
	first bool // also an order that is not paid can have it
}{
	"odd_risk_fund":        {`"risk_fund":{"amount":"10000"`, true},
	"odd_count":            {`"count":1.0`, true},
	"odd_seq":              {`"seq":"1"`, false},
	"odd_promotion_amount": {`"wechatpay_contribute":"50"`, false},
	"odd_promotion_object": {`"promotion_detail":{"`, false},
}

func TestAnAnswerMayBeOddInWhatNobodyNeedsAndIsSound(t *testing.T) {
	w := start(t)
	w.paid(t, "PAID")
	for kind, odd := range oddities {
		w.rule(t, fieldsOf{"operation": "query", "fault": kind, "times": 1})
		r := w.call(t, http.MethodGet, orderURI("PAID"), nil)
		if r.bad != nil || r.status != 200 || !bytes.Contains(r.body, []byte(odd.has)) {
			t.Errorf("%s: %d %s %v", kind, r.status, r.body, r.bad)
		}
		if !odd.first {
			continue
		}
		w.rule(t, fieldsOf{"operation": "complete", "fault": kind, "times": 1})
		w.open(t, kind, kind)
		if r := w.finish(t, kind, 350); r.bad != nil || !bytes.Contains(r.body, []byte(odd.has)) {
			t.Errorf("%s: %s", kind, r.body)
		}
		w.state(t, kind, "DONE")
	}
	w.rule(t, fieldsOf{"operation": "create", "fault": "odd_risk_fund", "times": 1})
	if r := w.open(t, "CREATED", "carol"); r.bad != nil || r.json(t)["risk_fund"].(fieldsOf)["amount"] != "10000" {
		t.Errorf("%s", r.body)
	}
}

func TestARefundsAnswerMayHaveOnePromotionInsteadOfAList(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	transaction := w.paid(t, "PS1")
	for _, operation := range []string{"refund", "refund_query"} {
		w.rule(t, fieldsOf{"operation": operation, "fault": "odd_promotion_object", "times": 1})
	}
	for _, r := range []result{w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100)), w.call(t, http.MethodGet, refundsPath+"/RF1", nil)} {
		if _, one := r.json(t)["promotion_detail"].(fieldsOf); r.status != 200 || r.bad != nil || !one {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
}

func TestATrueNoticeMayBeOddInWhatNobodyNeeds(t *testing.T) {
	w := start(t)
	for kind, odd := range oddities {
		w.pay(t, kind, fieldsOf{"fault": kind, "times": 1, "event_type": "PAYSCORE.USER_PAID"})
		d := w.next(t, "/order")
		if err := w.check(d.header, d.body); err != nil {
			t.Fatal(err)
		}
		if text := w.resource(t, d); !bytes.Contains(text, []byte(odd.has)) {
			t.Errorf("%s: %s", kind, text)
		}
		w.noticed(t, kind, "delivered")
	}
	w.pay(t, "SUMMARY", fieldsOf{"fault": "odd_summary", "times": 1, "event_type": "PAYSCORE.USER_PAID"})
	d := w.next(t, "/order")
	if event, entity := w.notice(t, d); event != "PAYSCORE.USER_PAID" || entity["state"] != "DONE" || !bytes.Contains(d.body, []byte(`"summary":{"`)) {
		t.Errorf("%s", d.body)
	}
}

func TestWordsThatNobodyKnowsMayStandInAnswers(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_stops"})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.rule(t, fieldsOf{"operation": "query", "fault": "unknown_state", "times": 1})
	if r := w.call(t, http.MethodGet, orderURI("PS1"), nil); r.bad != nil || r.json(t)["state"] != "MCH_LOADING" {
		t.Errorf("%s", r.body)
	}
	w.rule(t, fieldsOf{"operation": "modify", "fault": "unknown_collection_state", "times": 1})
	if r := w.act(t, "PS1", "modify", modifyBody(200)); r.bad != nil || r.json(t)["collection"].(fieldsOf)["state"] != "WAIT_PAY" {
		t.Errorf("%s", r.body)
	}
	if order := w.state(t, "PS1", "DOING/MCH_COMPLETE"); order["total_amount"] != 200.0 {
		t.Errorf("%v", order)
	}
}

func TestANoticeOfAPaymentMayHaveWordsThatNobodyKnowsBeforeTheTruth(t *testing.T) {
	w := start(t, func(w *world) { w.clock = clock.Scaled(30) })
	for kind, says := range map[string]func(event string, entity fieldsOf) bool{
		"unknown_event": func(event string, entity fieldsOf) bool {
			return event == "PAYSCORE.USER_PAID_AGAIN" && entity["state"] == "DONE"
		},
		"unknown_state": func(event string, entity fieldsOf) bool { return entity["state"] == "MCH_LOADING" },
		"unknown_collection_state": func(event string, entity fieldsOf) bool {
			return entity["collection"].(fieldsOf)["state"] == "WAIT_PAY"
		},
		"foreign_openid": func(event string, entity fieldsOf) bool { return entity["openid"] != w.openIDOf(t, "foreign_openid") },
		"foreign_order_id": func(event string, entity fieldsOf) bool {
			return entity["order_id"] != w.orderIDOf(t, "foreign_order_id")
		},
	} {
		w.pay(t, kind, fieldsOf{"fault": kind, "times": 1})
		if event, entity := w.notice(t, w.next(t, "/order")); !says(event, entity) || entity["out_order_no"] != kind {
			t.Errorf("%s: %s %v", kind, event, entity)
		}
		event, entity := w.notice(t, w.next(t, "/order"))
		if event != "PAYSCORE.USER_PAID" || says(event, entity) || entity["openid"] != w.openIDOf(t, kind) || entity["order_id"] != w.orderIDOf(t, kind) {
			t.Errorf("%s, then: %s %v", kind, event, entity)
		}
	}
}

func (w *world) openIDOf(t testing.TB, no string) any {
	return w.control(t, http.MethodGet, "/control/wechat/book/"+no, nil, 200)["openid"]
}

func (w *world) orderIDOf(t testing.TB, no string) any {
	return w.control(t, http.MethodGet, "/control/wechat/book/"+no, nil, 200)["order_id"]
}

func TestAPaymentOfSomebodyElseMayBeToldUnderTheOrdersNumber(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = time.Hour }))
	w.open(t, "PS1", "alice")
	w.rule(t, fieldsOf{"operation": "complete", "fault": "foreign_payer_notice", "amount_fen": 350, "times": 1})
	w.finish(t, "PS1", 350)
	event, entity := w.notice(t, w.next(t, "/order"))
	if event != "PAYSCORE.USER_PAID" || entity["out_order_no"] != "PS1" || entity["collection"].(fieldsOf)["paid_amount"] != 350.0 ||
		entity["openid"] == w.openIDOf(t, "PS1") || entity["order_id"] == w.orderIDOf(t, "PS1") {
		t.Errorf("%s %v", event, entity)
	}
	w.state(t, "PS1", "DOING/MCH_COMPLETE")
}

func TestAModificationMayBeAnsweredAsDoneAndTheOlderTotalBeCollected(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = time.Hour }))
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.rule(t, fieldsOf{"operation": "modify", "fault": "modify_undone", "times": 1})
	if r := w.act(t, "PS1", "modify", modifyBody(350)); r.status != 400 {
		t.Errorf("its rules do not hold: %s", r.body)
	}
	w.rule(t, fieldsOf{"operation": "modify", "fault": "modify_undone", "times": 1})
	if r := w.act(t, "PS1", "modify", modifyBody(200)); r.status != 200 || r.bad != nil || r.json(t)["collection"].(fieldsOf)["total_amount"] != 200.0 {
		t.Fatalf("%s", r.body)
	}
	if order := w.state(t, "PS1", "DOING/MCH_COMPLETE"); order["total_amount"] != 350.0 || order["collection"].(fieldsOf)["paying_amount"] != 350.0 {
		t.Errorf("%v", order)
	}
	if r := w.act(t, "PS1", "pay", payBody); r.status != 200 {
		t.Fatalf("%s", r.body)
	}
	if _, entity := w.notice(t, w.next(t, "/order")); entity["total_amount"] != 350.0 || entity["collection"].(fieldsOf)["paid_amount"] != 350.0 {
		t.Errorf("%v", entity)
	}
}

func TestTheDetailOfARefusalComesInEveryShape(t *testing.T) {
	w := start(t)
	for shape, want := range map[string]string{"object": `"detail":{`, "text": `"detail":"`, "number": `"detail":0}`, "null": `"detail":null}`} {
		w.control(t, http.MethodDelete, "/control/wechat/faults", nil, 200)
		w.rule(t, fieldsOf{"operation": "query", "fault": "refusal_detail", "detail": shape})
		w.rule(t, fieldsOf{"operation": "cancel", "fault": "no_permission", "detail": shape})
		if r := w.call(t, http.MethodGet, orderURI("NONE"), nil); r.status != 404 || r.code(t) != "ORDER_NOT_EXIST-271317510" || r.bad != nil || !bytes.Contains(r.body, []byte(want)) {
			t.Errorf("%s: %s %v", shape, r.body, r.bad)
		}
		if r := w.call(t, http.MethodPost, ordersPath+"/NONE/cancel", cancelBody("x")); r.code(t) != "NO_AUTH-268503786" || !bytes.Contains(r.body, []byte(want)) {
			t.Errorf("%s: %s", shape, r.body)
		}
	}
	for _, rule := range []fieldsOf{{"operation": "query", "fault": "refusal_detail"}, {"operation": "query", "fault": "timeout", "detail": "list"},
		{"operation": "deduct", "fault": "deduction_fails", "detail": "null"}} {
		if got := w.control(t, http.MethodPost, "/control/wechat/faults", rule, 400); got["field"] != "detail" {
			t.Errorf("%v: %v", rule, got)
		}
	}
}
