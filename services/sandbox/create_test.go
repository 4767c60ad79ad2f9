package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox"
)

const ordersPath = "/v3/payscore/serviceorder"

type fieldsOf = map[string]any

// line is an item with amount in fen.
func line(name string, amount any) fieldsOf {
	return fieldsOf{"name": name, "amount": amount, "description": "d"}
}

func repeat(n int, one func(int) any) []any {
	var all []any
	for i := range n {
		all = append(all, one(i))
	}
	return all
}

// The field that a PARAM_ERROR must name, for every rule of wechat-protocol.md §6.1 and §6.2.
func TestACreateThatBreaksARuleIsRefusedAndNamesTheField(t *testing.T) {
	w := start(t)
	openID := w.face(t, "alice", "PS1")["openid"].(string)
	for _, c := range []struct {
		field  string
		change fieldsOf
	}{
		{"out_order_no", fieldsOf{"out_order_no": ""}}, {"out_order_no", fieldsOf{"out_order_no": strings.Repeat("1", 33)}}, {"out_order_no", fieldsOf{"out_order_no": "A B"}},
		{"appid", fieldsOf{"appid": ""}}, {"service_id", fieldsOf{"service_id": ""}},
		{"service_introduction", fieldsOf{"service_introduction": ""}}, {"service_introduction", fieldsOf{"service_introduction": strings.Repeat("柜", 21)}},
		{"time_range.start_time", fieldsOf{"time_range": fieldsOf{}}}, {"time_range.start_time", fieldsOf{"time_range": fieldsOf{"start_time": "20200101"}}},
		{"time_range.start_time_remark", fieldsOf{"time_range": fieldsOf{"start_time": "OnAccept", "start_time_remark": strings.Repeat("x", 21)}}},
		{"risk_fund", fieldsOf{"risk_fund": nil}}, {"risk_fund", fieldsOf{"risk_fund": fieldsOf{"name": "ESTIMATE_ORDER_COST"}}},
		{"risk_fund.name", fieldsOf{"risk_fund": fieldsOf{"name": "DEPOSIT", "amount": 1}}},
		{"risk_fund.amount", fieldsOf{"risk_fund": fieldsOf{"name": "ESTIMATE_ORDER_COST", "amount": 0}}},
		{"risk_fund.amount", fieldsOf{"risk_fund": fieldsOf{"name": "ESTIMATE_ORDER_COST", "amount": 20001}}},
		{"risk_fund.amount", fieldsOf{"risk_fund": fieldsOf{"name": "ESTIMATE_ORDER_COST", "amount": "100"}}},
		{"risk_fund.description", fieldsOf{"risk_fund": fieldsOf{"name": "ESTIMATE_ORDER_COST", "amount": 1, "description": strings.Repeat("x", 31)}}},
		{"post_payments", fieldsOf{"post_payments": repeat(101, func(i int) any { return line(fmt.Sprint(i), 1) })}},
		{"post_payments[1].name", fieldsOf{"post_payments": []any{line("a", 1), line("a", 1)}}},
		{"post_payments[0].name", fieldsOf{"post_payments": []any{line(strings.Repeat("名", 21), 1)}}},
		{"post_payments[0].amount", fieldsOf{"post_payments": []any{line("a", -1)}}},
		{"post_payments[0].amount", fieldsOf{"post_payments": []any{fieldsOf{"name": "a"}}}},
		{"post_payments[0].description", fieldsOf{"post_payments": []any{fieldsOf{"name": "a", "description": strings.Repeat("x", 31)}}}},
		{"post_payments[0].count", fieldsOf{"post_payments": []any{fieldsOf{"name": "a", "amount": 1, "count": 0}}}},
		{"post_payments[0].count", fieldsOf{"post_payments": []any{fieldsOf{"name": "a", "amount": 1, "count": 101}}}},
		{"post_discounts", fieldsOf{"post_discounts": repeat(31, func(i int) any { return line(fmt.Sprint(i), 1) })}},
		{"post_discounts[0].description", fieldsOf{"post_discounts": []any{fieldsOf{"name": "a"}}}},
		{"post_discounts[1].name", fieldsOf{"post_discounts": []any{line("a", 1), line("a", 1)}}},
		{"location.start_location", fieldsOf{"location": fieldsOf{"start_location": strings.Repeat("x", 51)}}},
		{"location.end_location", fieldsOf{"location": fieldsOf{"end_location": "x"}}},
		{"attach", fieldsOf{"attach": strings.Repeat("x", 257)}},
		{"notify_url", fieldsOf{"notify_url": ""}}, {"notify_url", fieldsOf{"notify_url": "https://x/" + strings.Repeat("x", 250)}}, {"notify_url", fieldsOf{"notify_url": "x"}},
		{"openid", fieldsOf{"openid": nil}}, {"openid", fieldsOf{"openid": strings.Repeat("x", 129)}}, {"openid", fieldsOf{"need_user_confirm": true}},
	} {
		body := w.createBody("PS1", openID)
		body["time_range"] = fieldsOf{"start_time": "OnAccept"}
		for k, v := range c.change {
			body[k] = v
		}
		r := w.call(t, http.MethodPost, ordersPath, body)
		detail, _ := r.json(t)["detail"].(fieldsOf)
		if r.status != 400 || r.code(t) != "PARAM_ERROR-268435464" || detail["field"] != c.field {
			t.Errorf("%v: %d %s", c.change, r.status, r.body)
		}
	}
	if r := w.call(t, http.MethodGet, orderURI("PS1"), nil); r.status != 404 {
		t.Errorf("a refused create left an order: %s", r.body)
	}
}

func TestACreateAtTheLimitsIsAccepted(t *testing.T) {
	w := start(t)
	body := w.createBody(strings.Repeat("A", 28)+"_-|*", w.face(t, "alice", "PS1")["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	body["service_introduction"] = strings.Repeat("柜", 20)
	body["post_payments"] = append(repeat(98, func(i int) any { return line(fmt.Sprint(i), 0) }), line("商品信息", 1), line("商品信息", 1))
	body["risk_fund"] = fieldsOf{"name": "ESTIMATE_ORDER_COST", "amount": 20000, "description": strings.Repeat("费", 30)}
	body["attach"] = strings.Repeat("x", 256)
	r := w.call(t, http.MethodPost, ordersPath, body)
	if r.status != 200 || r.bad != nil || len(r.json(t)["time_range"].(fieldsOf)["start_time"].(string)) != 14 {
		t.Errorf("%d %s %v", r.status, r.body, r.bad)
	}
}

func TestARealAnswersEmptyFieldsAreThere(t *testing.T) {
	w := start(t)
	body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	delete(body, "location")
	r := w.call(t, http.MethodPost, ordersPath, body)
	for _, want := range []string{`"location":{}`, `"post_payments":[]`, `"post_discounts":[]`, `"attach":""`, `"package":"`} {
		if !strings.Contains(string(r.body), want) {
			t.Errorf("no %s in %s", want, r.body)
		}
	}
}

func TestBindingModeAndAuthorisationAreNoAuth(t *testing.T) {
	w := start(t)
	openID := w.face(t, "alice", "PS1")["openid"].(string)
	for name, c := range map[string]struct {
		change fieldsOf
		want   string
	}{
		"an appid that is not bound":       {fieldsOf{"appid": "wx0"}, "NO_AUTH-271302149"},
		"a service of nobody":              {fieldsOf{"service_id": "999"}, "NO_AUTH-268503786"},
		"need_user_confirm true":           {fieldsOf{"need_user_confirm": true, "openid": nil}, "NO_AUTH-268503786"},
		"need_user_confirm absent":         {fieldsOf{"need_user_confirm": nil, "openid": nil}, "NO_AUTH-268503786"},
		"no confirmation on a confirm one": {fieldsOf{"service_id": "500002"}, "NO_AUTH-268503786"},
		"a user who has not authorised":    {fieldsOf{"service_id": "500003"}, "NO_AUTH-268503786"},
		"an openid nobody has":             {fieldsOf{"openid": "oNobody"}, "NO_AUTH-268503786"},
	} {
		body := w.createBody("PS1", openID)
		body["time_range"] = fieldsOf{"start_time": "OnAccept"}
		for k, v := range c.change {
			body[k] = v
		}
		if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 403 || r.code(t) != c.want {
			t.Errorf("%s: %d %s %s", name, r.status, r.code(t), r.body)
		}
	}
}

func TestARepeatedCreateIsTheSameOrderAndAChangedOneIsRefused(t *testing.T) {
	w := start(t)
	body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	first := w.call(t, http.MethodPost, ordersPath, body)
	again := w.call(t, http.MethodPost, ordersPath, body)
	if first.status != 200 || string(first.body) != string(again.body) {
		t.Errorf("%s\n%s", first.body, again.body)
	}
	raw, err := json.MarshalIndent(body, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if spaced := w.call(t, http.MethodPost, ordersPath, string(raw)); string(spaced.body) != string(first.body) {
		t.Errorf("blanks make another request: %s", spaced.body)
	}
	body["attach"] = "x"
	if changed := w.call(t, http.MethodPost, ordersPath, body); changed.status != 400 || changed.code(t) != "INVALID_REQUEST-271316598" {
		t.Errorf("%d %s", changed.status, changed.body)
	}
	requests := w.control(t, http.MethodGet, "/control/wechat/requests?out_order_no=PS1", nil, 200)
	if requests["executed"].(fieldsOf)["create"] != 1.0 || requests["bodies"].(fieldsOf)["create"] != 3.0 || len(requests["calls"].([]any)) != 4 {
		t.Errorf("%v", requests)
	}
}

func TestTwentyIdenticalCreatesAtOnceMakeOneOrder(t *testing.T) {
	w := start(t)
	body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	answers := make(chan string, 20)
	for range 20 {
		request := w.client.request(http.MethodPost, ordersPath, raw)
		go func() {
			r, err := w.send(request)
			answers <- fmt.Sprint(r.status, string(r.body), err, r.bad)
		}()
	}
	first := <-answers
	for range 19 {
		if next := <-answers; next != first {
			t.Errorf("%s\n%s", first, next)
		}
	}
	executed := w.control(t, http.MethodGet, "/control/wechat/requests?out_order_no=PS1", nil, 200)["executed"].(fieldsOf)
	if executed["create"] != 1.0 {
		t.Errorf("%v", executed)
	}
}

func TestAUserMayHaveThreeOrdersInServiceAndNoneUnpaid(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = 1 << 40 }))
	for _, no := range []string{"PS1", "PS2", "PS3"} {
		w.open(t, no, "alice")
	}
	body := w.createBody("PS4", w.face(t, "alice", "PS4")["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.code(t) != "INVALID_REQUEST-271300099" || r.json(t)["message"] != "综合评估不通过" {
		t.Errorf("%s", r.body)
	}
	w.open(t, "PS5", "bob")
	w.finish(t, "PS1", 100)
	if r := w.call(t, http.MethodPost, ordersPath, body); r.code(t) != "INVALID_REQUEST-271299627" || r.json(t)["message"] != "存在未完结订单" {
		t.Errorf("%s", r.body)
	}
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 200)
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 200 {
		t.Errorf("%s", r.body)
	}
}
