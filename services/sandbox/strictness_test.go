package sandbox_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/services/sandbox"
)

func TestAnEmptyTextIsRefusedInWeChatsWordsAndNothingHappens(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	transaction := w.paid(t, "PS2")
	refund := w.refundBody("RF1", transaction, 100)
	refund["reason"] = ""
	complete := completeBody(w.today(), 350)
	complete["goods_tag"] = ""
	create := w.createBody("PS3", w.face(t, "carol", "PS3")["openid"].(string))
	create["attach"] = ""
	for _, c := range []struct {
		method, uri string
		body        any
		path        string
	}{
		{http.MethodPost, ordersPath, create, "/body/attach"},
		{http.MethodPost, ordersPath + "/PS1/complete", complete, "/body/goods_tag"},
		{http.MethodPost, ordersPath + "/PS1/cancel", cancelBody(""), "/body/reason"},
		{http.MethodPost, refundsPath, refund, "/body/reason"},
		{http.MethodGet, orderURI("PS1") + "&query_id=", nil, "/query/query_id"},
		{http.MethodGet, tradeBillPath + "&tar_type=", nil, "/query/tar_type"},
	} {
		r := w.call(t, c.method, c.uri, c.body)
		message, _ := r.json(t)["message"].(string)
		if r.status != 400 || r.code(t) != "PARAM_ERROR-268435464" || !strings.HasPrefix(message, "输入源“"+c.path+"”") || !strings.HasSuffix(message, "字符数 0，小于最小值 1") {
			t.Errorf("%s: %d %s", c.uri, r.status, r.body)
		}
	}
	w.state(t, "PS1", "DOING/USER_CONFIRM")
	if r := w.call(t, http.MethodGet, orderURI("PS3"), nil); r.status != 404 {
		t.Errorf("%s", r.body)
	}
}

func TestACallMustAcceptJSONAndNameItsClient(t *testing.T) {
	w := start(t)
	for name, c := range map[string]struct {
		accept, agent string
		let           bool
	}{
		"json": {"application/json", "x", true}, "one of several": {"text/plain, application/json;q=0.9", "x", true}, "anything": {"*/*", "x", true},
		"no Accept": {"", "x", false}, "XML": {"application/xml", "x", false}, "no User-Agent": {"application/json", "", false},
	} {
		for _, uri := range []string{orderURI("NONE"), "/v3/certificates", "/v3/billdownload/file?token=x"} {
			r := w.client.request(http.MethodGet, uri, nil)
			r.Header.Set("Accept", c.accept)
			if c.accept == "" {
				r.Header.Del("Accept")
			}
			r.Header.Set("User-Agent", c.agent)
			got, err := w.send(r)
			if err != nil {
				t.Fatal(err)
			}
			if let := !strings.Contains(string(got.body), "Accept"); let != c.let || !let && (got.status != 400 || got.json(t)["code"] != "PARAM_ERROR") {
				t.Errorf("%s, %s: %d %s", name, uri, got.status, got.body)
			}
		}
	}
}

func TestANameThatDiffersInCaseOnlyIsUnknown(t *testing.T) {
	w := start(t)
	body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
	body["time_range"], body["attach"] = fieldsOf{"start_time": w.today()}, "batch1"
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	// The other spellings come last: encoding/json alone would believe them.
	with := func(more string) string { return strings.TrimSuffix(string(raw), "}") + "," + more + "}" }
	create := with(`"Out_Order_No":"PS9","Attach":"batch2","OPENID":"oNobody","Need_User_Confirm":true,"Risk_Fund":{"Amount":1}`)
	if r := w.call(t, http.MethodPost, ordersPath, create); r.status != 200 || r.json(t)["out_order_no"] != "PS1" || r.json(t)["attach"] != "batch1" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := w.call(t, http.MethodPost, ordersPath, string(raw)); r.status != 200 {
		t.Errorf("unknown names made it another request: %s", r.body)
	}
	complete, err := json.Marshal(completeBody(w.today(), 350))
	if err != nil {
		t.Fatal(err)
	}
	misspelled := strings.Replace(string(complete), `"total_amount"`, `"Total_Amount"`, 1)
	if r := w.call(t, http.MethodPost, ordersPath+"/PS1/complete", misspelled); r.status != 400 || r.json(t)["detail"].(fieldsOf)["field"] != "total_amount" {
		t.Errorf("%d %s", r.status, r.body)
	}
	item := strings.Replace(string(complete), `"amount":400`, `"amount":400,"Amount":1`, 1)
	if r := w.call(t, http.MethodPost, ordersPath+"/PS1/complete", item); r.status != 200 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if order := w.state(t, "PS1", "DONE"); order["total_amount"] != 350.0 {
		t.Errorf("%v", order)
	}
}

func TestACancelledOrderShowsATotalOfZero(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_stops"})
	w.open(t, "SERVED", "alice")
	w.open(t, "PENDING", "bob")
	w.finish(t, "PENDING", 350)
	for _, no := range []string{"SERVED", "PENDING"} {
		if r := w.call(t, http.MethodPost, ordersPath+"/"+no+"/cancel", cancelBody("x")); r.status != 200 {
			t.Fatalf("%s", r.body)
		}
		if order := w.state(t, no, "REVOKED"); order["total_amount"] != 0.0 || order["need_collection"] == true || order["collection"] != nil {
			t.Errorf("%s: %v", no, order)
		}
	}
}

func TestCreateAndCompleteAnswerTheFieldsOfTheSheetAndNoOthers(t *testing.T) {
	w := start(t)
	created, completed := w.open(t, "PS1", "alice"), w.finish(t, "PS1", 350)
	both := []string{"appid", "location", "mchid", "order_id", "out_order_no", "post_discounts", "post_payments", "risk_fund", "service_id",
		"service_introduction", "state", "state_description", "time_range"}
	for _, c := range []struct {
		r    result
		more []string
	}{{created, []string{"attach", "notify_url", "package"}}, {completed, []string{"need_collection", "total_amount"}}} {
		want := slices.Sorted(slices.Values(append(slices.Clone(both), c.more...)))
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(c.r.json(t)))); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAPathNobodyHasIsAnsweredInJSONAndNeverByARedirect(t *testing.T) {
	w := start(t)
	http.DefaultClient.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	t.Cleanup(func() { http.DefaultClient.CheckRedirect = nil })
	for _, uri := range []string{"//v3/certificates", "/v3//certificates", "/v3/../v3/certificates", "/v3", "/v3/", "/", ordersPath + "/", "/pay/unifiedorder"} {
		r := w.call(t, http.MethodGet, uri, nil)
		if r.status != 404 || r.bad != nil || r.json(t)["code"] != "RESOURCE_NOT_EXISTS" || r.header.Get("Location") != "" {
			t.Errorf("%s: %d %s %v", uri, r.status, r.body, r.bad)
		}
	}
}

func TestCharactersOfFourBytesAreRefusedIfTheSandboxIsToldSo(t *testing.T) {
	for _, refuses := range []bool{false, true} {
		w := start(t, configured(func(c *sandbox.Config) { c.ThreeByteText = refuses }))
		body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
		body["time_range"], body["service_introduction"] = fieldsOf{"start_time": w.today()}, "售货柜🍫"
		want := map[bool]int{false: 200, true: 400}[refuses]
		if r := w.call(t, http.MethodPost, ordersPath, body); r.status != want || refuses && r.json(t)["detail"].(fieldsOf)["field"] != "service_introduction" {
			t.Errorf("%v: %d %s", refuses, r.status, r.body)
		}
		request := authinfoRequest(w.clock.Now().Unix())
		request["store_name"] = "🍫"
		request["sign"] = w.signV2(request)
		if got := w.postXML(t, flatten(request)); (got["return_code"] == "SUCCESS") == refuses {
			t.Errorf("%v: %v", refuses, got)
		}
	}
}
