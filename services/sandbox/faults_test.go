package sandbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

// rule puts a fault in force.
func (w *world) rule(t testing.TB, rule fieldsOf) {
	t.Helper()
	w.control(t, http.MethodPost, "/control/wechat/faults", rule, 200)
}

func TestEachCreateFaultHappensOnceAndLeavesTheBookAsItSays(t *testing.T) {
	for _, c := range []struct {
		kind   string
		status int
		code   string
		exists bool
	}{
		{"risk_refused", 400, "INVALID_REQUEST-271300099", false},
		{"unfinished_order", 400, "INVALID_REQUEST-271299627", false},
		{"too_frequent", 429, "FREQUENCY_LIMITED-268435472", false},
		{"system_error", 500, "SYSTEM_ERROR-0", false},
		{"system_error_after", 500, "SYSTEM_ERROR-0", true},
		{"bad_gateway", 502, "", false},
		{"bad_gateway_after", 502, "", true},
	} {
		t.Run(c.kind, func(t *testing.T) {
			w := start(t)
			body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
			body["time_range"] = fieldsOf{"start_time": "OnAccept"}
			w.rule(t, fieldsOf{"operation": "create", "fault": c.kind, "out_order_no": "PS1", "times": 1})
			r := w.call(t, http.MethodPost, ordersPath, body)
			if r.status != c.status || c.code != "" && (r.code(t) != c.code || r.bad != nil) || c.code == "" && !strings.HasPrefix(string(r.body), "<html>") {
				t.Errorf("%d %s %v", r.status, r.body, r.bad)
			}
			if found := w.call(t, http.MethodGet, orderURI("PS1"), nil); (found.status == 200) != c.exists {
				t.Errorf("afterwards: %d %s", found.status, found.body)
			}
			if again := w.call(t, http.MethodPost, ordersPath, body); again.status != 200 {
				t.Errorf("the second time: %d %s", again.status, again.body)
			}
			rules := w.control(t, http.MethodGet, "/control/wechat/faults", nil, 200)["rules"].([]any)
			if rules[0].(fieldsOf)["hits"] != 1.0 {
				t.Errorf("%v", rules)
			}
		})
	}
}

func TestAnExecutedCallMayGiveNoAnswer(t *testing.T) {
	for _, kind := range []string{"timeout", "lost_answer"} {
		t.Run(kind, func(t *testing.T) {
			w := start(t)
			body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
			body["time_range"] = fieldsOf{"start_time": "OnAccept"}
			raw, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			w.rule(t, fieldsOf{"operation": "create", "fault": kind, "times": 1})
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if r, err := w.send(w.client.request(http.MethodPost, ordersPath, raw).WithContext(ctx)); err == nil {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			w.state(t, "PS1", "DOING/USER_CONFIRM")
			calls := w.control(t, http.MethodGet, "/control/wechat/requests?out_order_no=PS1", nil, 200)["calls"].([]any)
			if call := calls[0].(fieldsOf); call["status"] != 0.0 || call["executed"] != true || call["fault"] != kind {
				t.Errorf("%v", call)
			}
		})
	}
}

func TestASlowCallIsExecutedAfterItsDelay(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "query", "fault": "slow", "delay_ms": 50})
	begin := time.Now()
	if r := w.call(t, http.MethodGet, orderURI("PS1"), nil); r.status != 404 || time.Since(begin) < 50*time.Millisecond {
		t.Errorf("%d after %v", r.status, time.Since(begin))
	}
}

func TestAnAnswerMayCarryASignatureThatDoesNotHold(t *testing.T) {
	w := start(t)
	for _, kind := range []string{"answer_probe", "answer_wrong_key"} {
		w.rule(t, fieldsOf{"operation": "query", "fault": kind, "times": 1})
		w.open(t, "PS"+kind, kind)
		if r := w.call(t, http.MethodGet, orderURI("PS"+kind), nil); r.status != 200 || r.bad == nil {
			t.Errorf("%s: %d %v", kind, r.status, r.bad)
		}
		if r := w.call(t, http.MethodGet, orderURI("PS"+kind), nil); r.bad != nil {
			t.Errorf("%s again: %v", kind, r.bad)
		}
	}
}

func TestAFailedCreateMayLeaveTheOrderCreated(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "create", "fault": "created_state", "out_order_no_prefix": "PSC"})
	if r := w.open(t, "PSC1", "alice"); r.json(t)["state"] != "CREATED" {
		t.Errorf("%s", r.body)
	}
	if r := w.call(t, http.MethodPost, ordersPath+"/PSC1/cancel", cancelBody("x")); r.status != 200 {
		t.Errorf("%s", r.body)
	}
	if r := w.open(t, "PSD1", "alice"); r.json(t)["state"] != "DOING" {
		t.Errorf("the rule matched another number: %s", r.body)
	}
}

func TestACancelMayMeetARunningDeduction(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	w.rule(t, fieldsOf{"operation": "cancel", "fault": "deduction_running", "times": 1})
	if r := w.call(t, http.MethodPost, ordersPath+"/PS1/cancel", cancelBody("x")); r.code(t) != "INVALID_REQUEST-271316754" {
		t.Errorf("%s", r.body)
	}
	w.state(t, "PS1", "DOING/USER_CONFIRM")
}

func TestAuthinfoFaultsAreItsOwnErrors(t *testing.T) {
	w := start(t)
	for kind, code := range map[string]string{"unregistered_device": "ERROR", "authinfo_failed": "SYSTEMERROR"} {
		w.rule(t, fieldsOf{"operation": "authinfo", "fault": kind, "times": 1})
		if got := w.authinfo(t, nil); got["return_code"] != code || got["sign"] != w.signV2(got) {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

func TestADeductionMayFailSomeTimesAndThenSucceed(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAgainAfter = time.Millisecond }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_fails", "times_per_order": 2})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.state(t, "PS1", "DONE")
	if row := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200); row["failed_deductions"] != 2.0 || row["paid_amount"] != 350.0 {
		t.Errorf("%v", row)
	}
}

func TestADeductionMayStopUntilTheUserPaysByHand(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_stops"})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	for deadline := time.Now().Add(10 * time.Second); ; {
		if w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200)["failed_deductions"] == 1.0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the deduction was never tried")
		}
	}
	w.state(t, "PS1", "DOING/MCH_COMPLETE")
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 200)
	if event, _ := w.notice(t, w.next(t, "/order")); event != "PAYSCORE.USER_PAID" {
		t.Error(event)
	}
	if row := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200); row["paid_by_hand"] != true {
		t.Errorf("%v", row)
	}
}

func TestASillyFaultRuleIsRefusedAndNamesItsField(t *testing.T) {
	w := start(t)
	for field, rule := range map[string]fieldsOf{
		"operation": {"operation": "repair", "fault": "slow"}, "fault": {"operation": "query", "fault": "risk_refused"},
		"delay_ms": {"operation": "query", "fault": "slow"}, "copies": {"operation": "notify", "fault": "concurrent"},
		"amount_fen": {"operation": "deduct", "fault": "deduction_partial"}, "per_mille": {"operation": "query", "fault": "timeout", "per_mille": 1001}, "times": {"operation": "query", "fault": "timeout", "times": -1},
	} {
		if got := w.control(t, http.MethodPost, "/control/wechat/faults", rule, 400); got["field"] != field {
			t.Errorf("%v: %v", rule, got)
		}
	}
	w.control(t, http.MethodPost, "/control/wechat/faults", fieldsOf{"operation": "query", "fualt": "slow"}, 400)
	w.control(t, http.MethodDelete, "/control/wechat/faults/f99", nil, 404)
	w.rule(t, fieldsOf{"operation": "query", "fault": "system_error"})
	w.control(t, http.MethodDelete, "/control/wechat/faults", nil, 200)
	if r := w.call(t, http.MethodGet, orderURI("PS1"), nil); r.status != 404 {
		t.Errorf("a removed rule strikes: %s", r.body)
	}
}
