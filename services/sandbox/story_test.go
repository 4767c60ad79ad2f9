package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// face lets a user stand before the kiosk and returns the SDK's result.
func (w *world) face(t testing.TB, user, outTradeNo string) map[string]any {
	t.Helper()
	return w.faceWith(t, map[string]any{"user": user, "out_trade_no": outTradeNo})
}

func (w *world) faceWith(t testing.TB, change map[string]any) map[string]any {
	t.Helper()
	body := map[string]any{"appid": appID, "mch_id": mchID, "out_trade_no": "PS1", "payscore_service_id": serviceID,
		"payscore_out_request_no": "REQ1", "device_id": "KIOSK-0001", "user": "alice"}
	if _, given := change["authinfo"]; !given {
		body["authinfo"] = w.authinfo(t, nil)["authinfo"]
	}
	for k, v := range change {
		body[k] = v
	}
	return w.control(t, http.MethodPost, "/control/wechat/face", body, http.StatusOK)
}

// control makes a control call and wants the status.
func (w *world) control(t testing.TB, method, path string, body any, want int) map[string]any {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, w.controlURL+path, strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var m map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&m); err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != want {
		t.Fatalf("%s %s: %d %v", method, path, answer.StatusCode, m)
	}
	return m
}

// createBody is a right create for the user behind openID, "" when the order has none yet.
func (w *world) createBody(no, openID string) map[string]any {
	body := map[string]any{"out_order_no": no, "appid": appID, "service_id": serviceID, "service_introduction": "无人售货柜",
		"time_range": map[string]any{"start_time": "20200101"}, "location": map[string]any{"start_location": "一号店大堂"},
		"risk_fund":  map[string]any{"name": "ESTIMATE_ORDER_COST", "amount": 10000, "description": "购物预估费用"},
		"notify_url": w.inbox.URL + "/order", "need_user_confirm": false}
	if openID != "" {
		body["openid"] = openID
	}
	return body
}

// today is day precision: an order may start and end within the same second of a test.
func (w *world) today() string {
	return w.clock.Now().In(time.FixedZone("", 8*3600)).Format("20060102")
}

func completeBody(day string, total int) map[string]any {
	return map[string]any{"appid": appID, "service_id": serviceID, "total_amount": total, "time_range": map[string]any{"end_time": day},
		"post_payments":  []any{map[string]any{"name": "矿泉水", "amount": total + 50, "count": 2}},
		"post_discounts": []any{map[string]any{"name": "满减", "description": "满4减0.5", "amount": 50}}}
}

func orderURI(no string) string {
	return fmt.Sprintf("/v3/payscore/serviceorder?service_id=%s&out_order_no=%s&appid=%s", serviceID, no, appID)
}

func (w *world) open(t testing.TB, no, user string) result {
	t.Helper()
	openID, _ := w.face(t, user, no)["openid"].(string)
	body := w.createBody(no, openID)
	body["time_range"] = map[string]any{"start_time": w.today()}
	r := w.call(t, http.MethodPost, "/v3/payscore/serviceorder", body)
	if r.status != http.StatusOK {
		t.Fatalf("create: %d %s", r.status, r.body)
	}
	return r
}

func (w *world) finish(t testing.TB, no string, total int) result {
	t.Helper()
	return w.call(t, http.MethodPost, "/v3/payscore/serviceorder/"+no+"/complete", completeBody(w.today(), total))
}

// state queries until the order is in the state.
func (w *world) state(t testing.TB, no, want string) map[string]any {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		order := w.call(t, http.MethodGet, orderURI(no), nil).json(t)
		got := fmt.Sprint(order["state"])
		if d, _ := order["state_description"].(string); d != "" {
			got += "/" + d
		}
		if got == want {
			return order
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is %s, want %s", no, got, want)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func TestAFaceBecomesAPaidOrderAndTheMerchantIsTold(t *testing.T) {
	w := start(t)
	created := w.open(t, "PS0001", "alice")
	if created.bad != nil {
		t.Fatal(created.bad)
	}
	if got := created.json(t); got["state"] != "DOING" || got["state_description"] != "USER_CONFIRM" {
		t.Fatalf("created as %v", got)
	}
	event, entity := w.notice(t, w.next(t, "/service"))
	if event != "PAYSCORE.USER_OPEN_SERVICE" || entity["user_service_status"] != "USER_OPEN_SERVICE" || entity["out_request_no"] != "REQ1" {
		t.Fatalf("%s %v", event, entity)
	}
	completed := w.finish(t, "PS0001", 350)
	if got := completed.json(t); completed.status != 200 || got["state"] != "DOING" || got["state_description"] != "MCH_COMPLETE" || got["collection"] != nil || got["need_collection"] != true {
		t.Fatalf("completed as %d %v", completed.status, got)
	}
	event, entity = w.notice(t, w.next(t, "/order"))
	if event != "PAYSCORE.USER_PAID" || entity["state"] != "DONE" {
		t.Fatalf("%s %v", event, entity)
	}
	order := w.state(t, "PS0001", "DONE")
	collection := order["collection"].(map[string]any)
	if collection["state"] != "USER_PAID" || collection["paid_amount"] != 350.0 || collection["details"].([]any)[0].(map[string]any)["transaction_id"] == "" {
		t.Fatalf("%v", collection)
	}
	totals := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)["totals"].(map[string]any)
	if totals["paid_fen"] != 350.0 || totals["created"] != 1.0 {
		t.Fatalf("%v", totals)
	}
}
