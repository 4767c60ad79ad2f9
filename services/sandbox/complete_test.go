package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

func TestACompletionThatBreaksARuleIsRefusedAndTheOrderStaysInService(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	for _, c := range []struct {
		field, code string
		change      fieldsOf
	}{
		{"total_amount", "PARAM_ERROR-268435464", fieldsOf{"total_amount": 349}}, {"total_amount", "PARAM_ERROR-268435464", fieldsOf{"total_amount": nil}},
		{"total_amount", "PARAM_ERROR-268435464", fieldsOf{"total_amount": 3.5}},
		{"total_amount", "PARAM_ERROR-268435464", fieldsOf{"total_amount": -50, "post_payments": []any{line("a", 0)}}},
		{"total_amount", "INVALID_REQUEST-271316656", fieldsOf{"total_amount": 20001, "post_payments": []any{line("a", 20051)}}},
		{"post_payments", "PARAM_ERROR-268435464", fieldsOf{"post_payments": []any{}}}, {"post_payments", "PARAM_ERROR-268435464", fieldsOf{"post_payments": fieldsOf{}}},
		{"post_payments[0].name", "PARAM_ERROR-268435464", fieldsOf{"post_payments": []any{fieldsOf{"amount": 400}}}},
		{"post_discounts[0].amount", "PARAM_ERROR-268435464", fieldsOf{"post_discounts": []any{fieldsOf{"name": "a", "description": "b"}}}},
		{"time_range.end_time", "PARAM_ERROR-268435464", fieldsOf{"time_range": fieldsOf{}}},
		{"time_range.end_time", "PARAM_ERROR-268435464", fieldsOf{"time_range": fieldsOf{"end_time": "29990101"}}},
		{"time_range.end_time", "PARAM_ERROR-268435464", fieldsOf{"time_range": fieldsOf{"end_time": "20260101000000"}}},
		{"time_range.end_time", "PARAM_ERROR-271316637", fieldsOf{"time_range": fieldsOf{"end_time": "20200101"}}},
		{"location.end_location", "PARAM_ERROR-268435464", fieldsOf{"location": fieldsOf{"end_location": strings.Repeat("x", 51)}}},
		{"goods_tag", "PARAM_ERROR-268435464", fieldsOf{"goods_tag": strings.Repeat("x", 33)}},
	} {
		body := completeBody(w.today(), 350)
		for k, v := range c.change {
			body[k] = v
		}
		r := w.call(t, http.MethodPost, ordersPath+"/PS1/complete", body)
		detail, _ := r.json(t)["detail"].(fieldsOf)
		if r.status != 400 || r.code(t) != c.code || detail["field"] != c.field {
			t.Errorf("%v: %d %s %s", c.change, r.status, r.code(t), r.body)
		}
	}
	w.state(t, "PS1", "DOING/USER_CONFIRM")
}

func TestTheCapIsTheServicesOrTheOrdersByRiskMode(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice") // its own risk fund is 10000, the service's cap 20000
	if r := w.finish(t, "PS1", 20000); r.status != 200 {
		t.Errorf("%s", r.body)
	}
	openID := w.faceWith(t, fieldsOf{"payscore_service_id": "500003", "user": "bob"})["openid"].(string)
	body := w.createBody("PS2", openID)
	body["service_id"], body["time_range"] = "500003", fieldsOf{"start_time": w.today()}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 200 {
		t.Fatalf("%s", r.body)
	}
	for _, c := range []struct{ total, want int }{{10001, 400}, {10000, 200}} {
		complete := completeBody(w.today(), c.total)
		complete["service_id"] = "500003"
		if r := w.call(t, http.MethodPost, ordersPath+"/PS2/complete", complete); r.status != c.want {
			t.Errorf("%d: %s", c.total, r.body)
		}
	}
}

func TestAFreeCompletionIsDoneWithoutCollectionAndWithoutNotice(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	r := w.finish(t, "PS1", 0)
	if got := r.json(t); r.status != 200 || got["state"] != "DONE" || got["need_collection"] != false || got["total_amount"] != 0.0 {
		t.Errorf("%s", r.body)
	}
	if order := w.state(t, "PS1", "DONE"); order["collection"] != nil {
		t.Errorf("%v", order)
	}
	if notices := w.control(t, http.MethodGet, "/control/wechat/notices?out_order_no=PS1", nil, 200)["notices"].([]any); len(notices) != 0 {
		t.Errorf("%v", notices)
	}
}

func TestARepeatedCompletionIsReentrantAlsoOnceItIsPaid(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = time.Hour }))
	w.open(t, "PS1", "alice")
	first, again := w.finish(t, "PS1", 350), w.finish(t, "PS1", 350)
	if first.status != 200 || string(first.body) != string(again.body) {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	if order := w.state(t, "PS1", "DOING/MCH_COMPLETE"); order["collection"].(fieldsOf)["state"] != "USER_PAYING" || order["collection"].(fieldsOf)["paying_amount"] != 350.0 {
		t.Errorf("%v", order)
	}
	if changed := w.finish(t, "PS1", 351); changed.code(t) != "INVALID_REQUEST-271316598" {
		t.Errorf("%s", changed.body)
	}
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 200)
	if paid := w.finish(t, "PS1", 350); paid.status != 200 || paid.json(t)["state"] != "DONE" {
		t.Errorf("%s", paid.body)
	}
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 409)
}

func TestSmartRetailItemsHaveOneNameAndAllFields(t *testing.T) {
	w := start(t)
	openID := w.faceWith(t, fieldsOf{"payscore_service_id": "500004"})["openid"].(string)
	body := w.createBody("PS1", openID)
	body["service_id"], body["time_range"] = "500004", fieldsOf{"start_time": w.today()}
	body["post_payments"] = []any{line("商品信息", 1)}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.code(t) != "PARAM_ERROR-268435464" {
		t.Errorf("%s", r.body)
	}
	delete(body, "post_payments")
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 200 {
		t.Fatalf("%s", r.body)
	}
	goods := fieldsOf{"name": "商品信息", "amount": 400, "description": "矿泉水", "count": 2}
	for name, c := range map[string]struct {
		item fieldsOf
		want int
	}{"another name": {fieldsOf{"name": "水", "amount": 400, "description": "x", "count": 1}, 400}, "no count": {fieldsOf{"name": "商品信息", "amount": 400, "description": "x"}, 400}} {
		complete := fieldsOf{"appid": appID, "service_id": "500004", "total_amount": 400, "time_range": fieldsOf{"end_time": w.today()}, "post_payments": []any{c.item}}
		if r := w.call(t, http.MethodPost, ordersPath+"/PS1/complete", complete); r.status != c.want {
			t.Errorf("%s: %s", name, r.body)
		}
	}
	complete := fieldsOf{"appid": appID, "service_id": "500004", "total_amount": 800, "time_range": fieldsOf{"end_time": w.today()}, "post_payments": []any{goods, goods}}
	if r := w.call(t, http.MethodPost, ordersPath+"/PS1/complete", complete); r.status != 200 {
		t.Errorf("%s", r.body)
	}
}

func cancelBody(reason string) fieldsOf {
	return fieldsOf{"appid": appID, "service_id": serviceID, "reason": reason}
}

func TestACancelRevokesOnceAndIsReentrant(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	uri := ordersPath + "/PS1/cancel"
	for _, c := range []struct {
		reason, want string
	}{{"", "PARAM_ERROR-268435464"}, {strings.Repeat("由", 51), "PARAM_ERROR-268435464"}, {"用户投诉", "-0"}, {"用户投诉", "-0"}, {"别的原因", "INVALID_REQUEST-271316598"}} {
		if r := w.call(t, http.MethodPost, uri, cancelBody(c.reason)); r.code(t) != c.want || r.bad != nil {
			t.Errorf("%s: %s %s %v", c.reason, r.code(t), r.body, r.bad)
		}
	}
	w.state(t, "PS1", "REVOKED")
	if r := w.finish(t, "PS1", 350); r.code(t) != "ORDER_CANCELED-271302333" {
		t.Errorf("%s", r.body)
	}
}

func TestWhatCannotBeCancelledSaysWhy(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = time.Hour }))
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 200)
	if r := w.call(t, http.MethodPost, ordersPath+"/PS1/cancel", cancelBody("x")); r.code(t) != "ORDER_DONE-271316592" {
		t.Errorf("%s", r.body)
	}
	w.open(t, "PS2", "alice")
	w.finish(t, "PS2", 350)
	if r := w.call(t, http.MethodPost, ordersPath+"/PS2/cancel", cancelBody("x")); r.status != 200 {
		t.Errorf("a pending order of this service may be cancelled: %s", r.body)
	}
	if order := w.state(t, "PS2", "REVOKED"); order["collection"] != nil {
		t.Errorf("%v", order)
	}
	openID := w.faceWith(t, fieldsOf{"payscore_service_id": "500003", "user": "bob"})["openid"].(string)
	body, complete, cancel := w.createBody("PS3", openID), completeBody(w.today(), 350), cancelBody("x")
	body["time_range"] = fieldsOf{"start_time": w.today()}
	for _, b := range []fieldsOf{body, complete, cancel} {
		b["service_id"] = "500003"
	}
	w.call(t, http.MethodPost, ordersPath, body)
	w.call(t, http.MethodPost, ordersPath+"/PS3/complete", complete)
	if r := w.call(t, http.MethodPost, ordersPath+"/PS3/cancel", cancel); r.code(t) != "INVALID_REQUEST-271316592" {
		t.Errorf("%s", r.body)
	}
	w.open(t, "PS4", "carol")
	w.control(t, http.MethodPost, "/control/wechat/orders/PS4/cancel", nil, 200)
	if r := w.call(t, http.MethodPost, ordersPath+"/PS4/cancel", cancelBody("x")); r.code(t) != "ORDER_CANCELED-271302333" {
		t.Errorf("%s", r.body)
	}
}

func TestAnOrderNobodyMadeIsNotFound(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	wrong := cancelBody("x")
	wrong["service_id"] = "500003"
	for _, r := range []result{w.call(t, http.MethodGet, orderURI("NONE"), nil), w.finish(t, "NONE", 1), w.call(t, http.MethodPost, ordersPath+"/NONE/cancel", cancelBody("x")),
		w.call(t, http.MethodPost, ordersPath+"/PS1/cancel", wrong), w.call(t, http.MethodGet, ordersPath+"?service_id="+serviceID+"&appid="+appID+"&query_id=x", nil)} {
		if r.status != 404 || r.code(t) != "ORDER_NOT_EXIST-271317510" {
			t.Errorf("%d %s", r.status, r.body)
		}
	}
}

func TestAQueryNeedsExactlyItsParameters(t *testing.T) {
	w := start(t)
	for _, query := range []string{"", "appid=" + appID, "service_id=" + serviceID, "appid=" + appID + "&service_id=" + serviceID,
		"appid=" + appID + "&service_id=" + serviceID + "&out_order_no=A&query_id=B"} {
		if r := w.call(t, http.MethodGet, ordersPath+"?"+query, nil); r.status != 400 || r.code(t) != "PARAM_ERROR-268435464" {
			t.Errorf("%s: %s", query, r.body)
		}
	}
}

func TestNumbersWithAPipeOrAStarAreFoundByTheirEscapedPath(t *testing.T) {
	w := start(t)
	w.open(t, "A|B*C", "alice")
	if r := w.call(t, http.MethodPost, ordersPath+"/A%7CB%2AC/cancel", cancelBody("x")); r.status != 200 {
		t.Errorf("%s", r.body)
	}
	if r := w.call(t, http.MethodPost, ordersPath+"/A%257CB%252AC/cancel", cancelBody("x")); r.status != 404 {
		t.Errorf("a twice escaped number was found: %s", r.body)
	}
	if r := w.call(t, http.MethodGet, strings.Replace(orderURI("X"), "X", "A%7CB%2AC", 1), nil); r.json(t)["state"] != "REVOKED" {
		t.Errorf("%s", r.body)
	}
}

func TestAnEndedAuthorisationStopsNewOrdersButNotRunningOnes(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	w.control(t, http.MethodPost, "/control/wechat/authorizations/close", fieldsOf{"appid": appID, "service_id": serviceID, "user": "alice"}, 200)
	w.next(t, "/service")
	if event, entity := w.notice(t, w.next(t, "/service")); event != "PAYSCORE.USER_CLOSE_SERVICE" || entity["user_service_status"] != "USER_CLOSE_SERVICE" || entity["out_request_no"] != "REQ1" {
		t.Errorf("%s %v", event, entity)
	}
	body := w.createBody("PS2", fmt.Sprint(w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200)["openid"]))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 403 {
		t.Errorf("%s", r.body)
	}
	w.finish(t, "PS1", 350)
	w.state(t, "PS1", "DONE")
}
