package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

const permissionsPath = "/v3/payscore/permissions"

func (w *world) preAuthorizeBody(code string) fieldsOf {
	return fieldsOf{"service_id": serviceID, "appid": appID, "authorization_code": code, "notify_url": w.inbox.URL + "/permission"}
}

func (w *world) preAuthorize(t testing.TB, code string) (token string) {
	t.Helper()
	r := w.call(t, http.MethodPost, permissionsPath, w.preAuthorizeBody(code))
	token, _ = r.json(t)["apply_permissions_token"].(string)
	if r.status != 200 || r.bad != nil || token == "" || len(token) > 300 {
		t.Fatalf("%d %s %v", r.status, r.body, r.bad)
	}
	return token
}

func (w *world) page(t testing.TB, token, user, decision string, want int) fieldsOf {
	t.Helper()
	return w.control(t, http.MethodPost, "/control/wechat/permissions/open", fieldsOf{"apply_permissions_token": token, "user": user, "decision": decision}, want)
}

func byCode(code string) string {
	return permissionsPath + "/authorization-code/" + code + "?service_id=" + serviceID
}

func byOpenID(openID any) string {
	return fmt.Sprintf("%s/openid/%v?service_id=%s&appid=%s", permissionsPath, openID, serviceID, appID)
}

func (w *world) permission(t testing.TB, uri, want string) fieldsOf {
	t.Helper()
	r := w.call(t, http.MethodGet, uri, nil)
	got := r.json(t)
	if r.status != 200 || r.bad != nil || got["authorization_state"] != want || got["mchid"] != mchID || got["appid"] != appID || got["service_id"] != serviceID {
		t.Errorf("%s: %d %s %v, want %s", uri, r.status, r.body, r.bad, want)
	}
	return got
}

func TestAUserWithoutAFaceAuthorisesOnThePageAndMayThenOpenOrders(t *testing.T) {
	w := start(t)
	token := w.preAuthorize(t, "AC1")
	w.permission(t, byCode("AC1"), "UNBINDUSER")
	if got := w.page(t, token, "alice", "REFUSE", 200); got["authorization_state"] != "UNAVAILABLE" {
		t.Errorf("%v", got)
	}
	w.permission(t, byCode("AC1"), "UNBINDUSER")
	opened := w.page(t, token, "alice", "ACCEPT", 200)
	event, entity := w.notice(t, w.next(t, "/permission"))
	if _, given := entity["out_request_no"]; given || event != "PAYSCORE.USER_OPEN_SERVICE" || entity["authorization_code"] != "AC1" || entity["openid"] != opened["openid"] {
		t.Errorf("%s %v", event, entity)
	}
	found := w.permission(t, byCode("AC1"), "AVAILABLE")
	at, err := time.Parse("2006-01-02T15:04:05.000+08:00", found["authorization_success_time"].(string))
	if err != nil || at.IsZero() || found["openid"] != opened["openid"] || found["notify_url"] != w.inbox.URL+"/permission" || found["cancel_authorization_time"] != nil {
		t.Errorf("%v %v", found, err)
	}
	if same := w.permission(t, byOpenID(opened["openid"]), "AVAILABLE"); same["authorization_code"] != "AC1" || same["notify_url"] != nil {
		t.Errorf("%v", same)
	}
	body := w.createBody("PS1", opened["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 200 || r.json(t)["state"] != "DOING" {
		t.Errorf("%s", r.body)
	}
}

func TestAFaceIsAnAuthorisationWithoutACode(t *testing.T) {
	w := start(t)
	openID := w.face(t, "alice", "PS1")["openid"]
	if got := w.permission(t, byOpenID(openID), "AVAILABLE"); got["authorization_code"] != nil || got["openid"] != openID {
		t.Errorf("%v", got)
	}
	if _, entity := w.notice(t, w.next(t, "/service")); entity["authorization_code"] != nil || entity["out_request_no"] != "REQ1" {
		t.Errorf("%v", entity)
	}
	w.permission(t, byOpenID("oNobody"), "UNAVAILABLE")
	w.page(t, w.preAuthorize(t, "AC1"), "alice", "ACCEPT", 200) // the code is new to her
	if _, entity := w.notice(t, w.next(t, "/permission")); entity["authorization_code"] != "AC1" {
		t.Errorf("%v", entity)
	}
	w.permission(t, byCode("AC1"), "AVAILABLE")
}

func TestATokenOpensThePageForAnHour(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	token := w.preAuthorize(t, "AC1")
	gears.jump(time.Hour)
	w.page(t, token, "alice", "ACCEPT", 400)
	w.page(t, "x"+token[1:], "alice", "ACCEPT", 400)
	w.page(t, token, "alice", "PERHAPS", 400)
	again := w.preAuthorize(t, "AC1")
	w.page(t, again, "alice", "ACCEPT", 200)
	w.page(t, again, "bob", "ACCEPT", 409) // a code is never another user's
	if got := w.permission(t, byCode("AC1"), "AVAILABLE"); got["openid"] == nil {
		t.Errorf("%v", got)
	}
}

func TestAPreAuthorisationThatBreaksARuleIsRefused(t *testing.T) {
	w := start(t)
	w.preAuthorize(t, "AC1")
	for name, c := range map[string]struct {
		change fieldsOf
		code   string
	}{
		"no code": {fieldsOf{"authorization_code": ""}, "PARAM_ERROR-268435464"}, "a long code": {fieldsOf{"authorization_code": strings.Repeat("1", 33)}, "PARAM_ERROR-268435464"},
		"a code with a blank": {fieldsOf{"authorization_code": "A B"}, "PARAM_ERROR-268435464"}, "no service": {fieldsOf{"service_id": ""}, "PARAM_ERROR-268435464"},
		"no appid": {fieldsOf{"appid": ""}, "PARAM_ERROR-268435464"}, "not bound": {fieldsOf{"appid": "wx0"}, "NO_AUTH-271302149"}, "no URL": {fieldsOf{"notify_url": "x"}, "PARAM_ERROR-268435464"},
		"need-confirm": {fieldsOf{"service_id": confirmService}, "NO_AUTH-268503786"}, "another URL": {fieldsOf{"notify_url": "https://pay.example.com/x"}, "INVALID_REQUEST-271316598"},
	} {
		body := w.preAuthorizeBody("AC1")
		for k, v := range c.change {
			body[k] = v
		}
		if r := w.call(t, http.MethodPost, permissionsPath, body); r.code(t) != c.code || r.bad != nil {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}

func TestAQueryOfPermissionsNeedsItsParameters(t *testing.T) {
	w := start(t)
	for uri, want := range map[string]string{
		permissionsPath + "/openid/o1": "PARAM_ERROR-268435464", permissionsPath + "/openid/o1?service_id=" + serviceID: "PARAM_ERROR-268435464",
		permissionsPath + "/authorization-code/AC1": "PARAM_ERROR-268435464", byCode("AC1"): "ORDER_NOT_EXIST-0",
		permissionsPath + "/openid/o1?appid=" + appID + "&service_id=" + confirmService:              "NO_AUTH-268503786",
		"/v3/payscore/user-service-state?service_id=" + serviceID + "&appid=" + appID + "&openid=o1": "RESOURCE_NOT_EXISTS-0",
	} {
		r := w.call(t, http.MethodGet, uri, nil)
		if detail, _ := r.json(t)["detail"].(fieldsOf); r.code(t) != want || detail != nil && detail["location"] != "query" {
			t.Errorf("%s: %s", uri, r.body)
		}
	}
}

func TestAMerchantTerminatesWithASignedEmptyAnswerAndIsTold(t *testing.T) {
	w := start(t)
	faceID := w.face(t, "alice", "PS1")["openid"]
	w.next(t, "/service")
	pageID := w.page(t, w.preAuthorize(t, "AC1"), "bob", "ACCEPT", 200)["openid"]
	w.next(t, "/permission")
	for _, c := range []struct {
		uri, path string
		openID    any
		body      fieldsOf
	}{
		{fmt.Sprintf("%s/openid/%v/terminate", permissionsPath, faceID), "/service", faceID, fieldsOf{"service_id": serviceID, "appid": appID, "reason": "用户要求"}},
		{permissionsPath + "/authorization-code/AC1/terminate", "/permission", pageID, fieldsOf{"service_id": serviceID, "reason": "用户要求"}},
	} {
		r := w.call(t, http.MethodPost, c.uri, c.body)
		if r.status != 204 || len(r.body) != 0 || r.bad != nil {
			t.Fatalf("%d %q %v", r.status, r.body, r.bad)
		}
		event, entity := w.notice(t, w.next(t, c.path))
		if event != "PAYSCORE.USER_CLOSE_SERVICE" || entity["openid"] != c.openID || (entity["out_request_no"] == "REQ1") != (c.path == "/service") {
			t.Errorf("%s %v", event, entity)
		}
		if got := w.permission(t, byOpenID(c.openID), "UNAVAILABLE"); got["cancel_authorization_time"] == nil || got["authorization_success_time"] == nil {
			t.Errorf("%v", got)
		}
		if again := w.call(t, http.MethodPost, c.uri, c.body); again.code(t) != "INVALID_REQUEST-0" {
			t.Errorf("again: %s", again.body)
		}
		body := w.createBody("PS9", c.openID.(string))
		body["time_range"] = fieldsOf{"start_time": "OnAccept"}
		if r := w.call(t, http.MethodPost, ordersPath, body); r.code(t) != "NO_AUTH-268503786" {
			t.Errorf("%s", r.body)
		}
	}
	w.permission(t, byCode("AC1"), "UNAVAILABLE")
}

func TestATerminationIsRefusedWhileTheUserHasAnUnfinishedOrder(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = 1000 * time.Hour }))
	w.open(t, "PS1", "alice")
	openID := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200)["openid"]
	uri, body := fmt.Sprintf("%s/openid/%v/terminate", permissionsPath, openID), fieldsOf{"service_id": serviceID, "appid": appID, "reason": "x"}
	for _, act := range []func(){func() {}, func() { w.finish(t, "PS1", 350) }} {
		act()
		if r := w.call(t, http.MethodPost, uri, body); r.status != 400 || r.code(t) != "INVALID_REQUEST-0" {
			t.Errorf("%s", r.body)
		}
	}
	w.control(t, http.MethodPost, "/control/wechat/orders/PS1/pay", nil, 200)
	if r := w.call(t, http.MethodPost, uri, body); r.status != 204 {
		t.Errorf("%s", r.body)
	}
}

func TestATerminationThatBreaksARuleIsRefused(t *testing.T) {
	w := start(t)
	w.preAuthorize(t, "AC1")
	openID := w.face(t, "alice", "PS1")["openid"]
	onOpenID := fmt.Sprintf("%s/openid/%v/terminate", permissionsPath, openID)
	for name, c := range map[string]struct {
		uri  string
		body fieldsOf
		want string
	}{
		"no reason":          {onOpenID, fieldsOf{"service_id": serviceID, "appid": appID}, "PARAM_ERROR-268435464"},
		"a long reason":      {onOpenID, fieldsOf{"service_id": serviceID, "appid": appID, "reason": strings.Repeat("由", 51)}, "PARAM_ERROR-268435464"},
		"no appid":           {onOpenID, fieldsOf{"service_id": serviceID, "reason": "x"}, "PARAM_ERROR-268435464"},
		"nobody":             {permissionsPath + "/openid/oNobody/terminate", fieldsOf{"service_id": serviceID, "appid": appID, "reason": "x"}, "INVALID_REQUEST-0"},
		"a code nobody took": {permissionsPath + "/authorization-code/AC1/terminate", fieldsOf{"service_id": serviceID, "reason": "x"}, "INVALID_REQUEST-0"},
		"no such code":       {permissionsPath + "/authorization-code/AC2/terminate", fieldsOf{"service_id": serviceID, "reason": "x"}, "ORDER_NOT_EXIST-0"},
	} {
		r := w.call(t, http.MethodPost, c.uri, c.body)
		if r.code(t) != c.want {
			t.Errorf("%s: %s", name, r.body)
		}
		if name == "a code nobody took" && r.json(t)["message"] != "授权码不是这个用户签约的授权" {
			t.Errorf("%s", r.body)
		}
	}
	w.permission(t, byOpenID(openID), "AVAILABLE")
}

func TestPermissionCallsMeetFaultsToo(t *testing.T) {
	w := start(t)
	openID := w.face(t, "alice", "PS1")["openid"]
	terminate, body := fmt.Sprintf("%s/openid/%v/terminate", permissionsPath, openID), fieldsOf{"service_id": serviceID, "appid": appID, "reason": "x"}
	w.rule(t, fieldsOf{"operation": "permission", "fault": "system_error", "openid": openID, "times": 1})
	w.rule(t, fieldsOf{"operation": "preauthorize", "fault": "no_permission", "times": 1})
	w.rule(t, fieldsOf{"operation": "terminate", "fault": "answer_tampered", "times": 1})
	if r := w.call(t, http.MethodGet, byOpenID(openID), nil); r.status != 500 {
		t.Errorf("%s", r.body)
	}
	if r := w.call(t, http.MethodPost, permissionsPath, w.preAuthorizeBody("AC1")); r.code(t) != "NO_AUTH-268503786" {
		t.Errorf("%s", r.body)
	}
	if r := w.call(t, http.MethodPost, terminate, body); r.bad == nil || r.status != 200 || !strings.Contains(string(r.body), "DONE") {
		t.Errorf("%d %s verifies", r.status, r.body)
	}
	w.permission(t, byOpenID(openID), "UNAVAILABLE")
}
