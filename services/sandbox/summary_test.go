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
