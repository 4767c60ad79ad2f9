package sandbox_test

import (
	"net/http"
	"testing"
)

func TestTheSummaryCountsEveryNumberOnceAndPagesInTheirOrder(t *testing.T) {
	w := start(t)
	for _, no := range []string{"S2", "S1", "S3"} {
		w.open(t, no, "user of "+no)
	}
	seen, after := []string{}, ""
	for {
		page := w.control(t, http.MethodGet, "/control/wechat/requests/summary?limit=2&after="+after, nil, http.StatusOK)
		for _, row := range page["orders"].([]any) {
			order := row.(map[string]any)
			seen = append(seen, order["out_order_no"].(string))
			if n := order["executed"].(map[string]any)["create"]; n != 1.0 {
				t.Errorf("%v was created %v times", order["out_order_no"], n)
			}
		}
		next, more := page["next"].(string)
		if !more {
			break
		}
		after = next
	}
	if len(seen) != 3 || seen[0] != "S1" || seen[1] != "S2" || seen[2] != "S3" {
		t.Errorf("the pages hold %v", seen)
	}
}

func TestTheSummaryHoldsEveryCallThatWasRefused(t *testing.T) {
	w := start(t)
	w.open(t, "S1", "user of S1")
	w.rule(t, fieldsOf{"operation": "complete", "fault": "too_frequent", "times": 1})
	w.finish(t, "S1", 350)
	w.finish(t, "S1", 350)
	w.call(t, http.MethodGet, "/v3/payscore/permissions/openid/nobody?appid="+appID+"&service_id=x", nil)
	page := w.control(t, http.MethodGet, "/control/wechat/requests/summary", nil, http.StatusOK)
	refused, _ := page["orders"].([]any)[0].(map[string]any)["refused"].([]any)
	if len(refused) != 1 {
		t.Fatalf("refused of S1: %v", refused)
	}
	if call := refused[0].(map[string]any); call["operation"] != "complete" || call["code"] != "FREQUENCY_LIMITED" || call["fault"] != "too_frequent" {
		t.Errorf("%v", call)
	}
	if unnumbered, _ := page["unnumbered"].([]any); len(unnumbered) != 1 {
		t.Errorf("refused without a number: %v", page["unnumbered"])
	}
}
