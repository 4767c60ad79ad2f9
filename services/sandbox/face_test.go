package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

func TestAuthinfoIsIssuedAndSigned(t *testing.T) {
	w := start(t)
	got := w.authinfo(t, nil)
	if got["return_code"] != "SUCCESS" || got["expires_in"] != "7200" || got["authinfo"] == "" || len(got["authinfo"]) > 4096 || got["appid"] != appID {
		t.Errorf("%v", got)
	}
	if got["sign"] != w.signV2(got) {
		t.Error("the answer's signature is wrong")
	}
}

func TestAuthinfoRefusesAsWeChatDoes(t *testing.T) {
	w := start(t)
	signed := func(change map[string]string) string {
		values := authinfoRequest(time.Now().Unix())
		for k, v := range change {
			values[k] = v
		}
		values["sign"] = w.signV2(values)
		return flatten(values)
	}
	for name, c := range map[string]struct {
		body, code, message string
		signed              bool
	}{
		"not XML":          {"a=b", "PARAM_ERROR", "请求报文格式错误", false},
		"another key":      {strings.Replace(signed(nil), "S001", "S002", 1), "PARAM_ERROR", "签名错误", false},
		"appid not bound":  {signed(map[string]string{"appid": "wx0"}), "PARAM_ERROR", "appid和mch_id不匹配", false},
		"unknown merchant": {signed(map[string]string{"mch_id": "1"}), "PARAM_ERROR", "appid和mch_id不匹配", false},
		"no store":         {signed(map[string]string{"store_id": ""}), "PARAM_ERROR", "参数错误:store_id", false},
		"long device":      {signed(map[string]string{"device_id": strings.Repeat("x", 33)}), "PARAM_ERROR", "参数错误:device_id", false},
		"version 2":        {signed(map[string]string{"version": "2"}), "PARAM_ERROR", "参数错误:version", false},
		"a lost plus":      {signed(map[string]string{"rawdata": "ab cd=="}), "SYSTEMERROR", "生成authinfo失败", true},
		"milliseconds":     {signed(map[string]string{"now": "1700000000000"}), "SYSTEMERROR", "生成authinfo失败", true},
	} {
		got := w.postXML(t, c.body)
		if got["return_code"] != c.code || got["return_msg"] != c.message || (got["sign"] != "") != c.signed || got["authinfo"] != "" {
			t.Errorf("%s: %v", name, got)
		}
		if c.signed && got["sign"] != w.signV2(got) {
			t.Errorf("%s: the answer's signature is wrong", name)
		}
	}
}

func TestTheKioskGetsWhatTheUserDoes(t *testing.T) {
	w := start(t)
	for _, behaviour := range []string{"ERROR", "USER_CANCEL", "SCAN_PAYMENT"} {
		if got := w.faceWith(t, fieldsOf{"behaviour": behaviour}); got["return_code"] != behaviour || got["openid"] != nil {
			t.Errorf("%v", got)
		}
	}
	first, again, bob := w.face(t, "alice", "PS1"), w.face(t, "alice", "PS2"), w.face(t, "bob", "PS3")
	if first["return_code"] != "SUCCESS" || first["openid"] != again["openid"] || first["openid"] == bob["openid"] || first["face_sid"] == "" {
		t.Errorf("%v %v %v", first, again, bob)
	}
	for range 2 { // alice and bob authorised, once each
		w.notice(t, w.next(t, "/service"))
	}
	if n := len(w.control(t, http.MethodGet, "/control/wechat/notices", nil, 200)["notices"].([]any)); n != 2 {
		t.Errorf("%d authorisation notices", n)
	}
}

func TestAuthinfoBelongsToItsTerminalAndItsTime(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.AuthinfoLasts = time.Hour }))
	authinfo := w.authinfo(t, nil)["authinfo"]
	for name, c := range map[string]struct {
		change   fieldsOf
		code     string
		internal float64
	}{
		"reused":           {fieldsOf{"authinfo": authinfo, "out_trade_no": "PS2"}, "SUCCESS", 0},
		"another terminal": {fieldsOf{"authinfo": authinfo, "device_id": "KIOSK-0002"}, "PARAM_ERROR", 0},
		"invented":         {fieldsOf{"authinfo": "q3OPhFtQBf6KZGqmZhejKCRy5K"}, "ERROR", 271382020},
		"changed":          {fieldsOf{"authinfo": string(authinfo[0]^1) + authinfo[1:]}, "ERROR", 271382020},
		"bad number":       {fieldsOf{"authinfo": authinfo, "out_trade_no": "A B"}, "PARAM_ERROR", 0},
		"unknown service":  {fieldsOf{"authinfo": authinfo, "payscore_service_id": "1"}, "PARAM_ERROR", 0},
	} {
		if got := w.faceWith(t, c.change); got["return_code"] != c.code || got["err_code"] != c.internal {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAnExpiredAuthinfoIsStale(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	authinfo := w.authinfo(t, nil)["authinfo"]
	gears.jump(2*time.Hour - time.Minute)
	if got := w.faceWith(t, fieldsOf{"authinfo": authinfo}); got["return_code"] != "SUCCESS" {
		t.Errorf("%v", got)
	}
	gears.jump(time.Minute)
	if got := w.faceWith(t, fieldsOf{"authinfo": authinfo}); got["return_code"] != "ERROR" || got["err_code"] != 271382020.0 {
		t.Errorf("%v", got)
	}
}

func TestAuthinfoIsBoundToTheMachineItsRawdataCameFrom(t *testing.T) {
	w := start(t)
	rawdata := func(machine string) string {
		return w.control(t, http.MethodPost, "/control/wechat/rawdata", fieldsOf{"machine": machine}, 200)["rawdata"].(string)
	}
	values := authinfoRequest(time.Now().Unix())
	values["rawdata"] = rawdata("nic-1")
	values["sign"] = w.signV2(values)
	authinfo := w.postXML(t, flatten(values))["authinfo"]
	if got := w.faceWith(t, fieldsOf{"authinfo": authinfo, "rawdata": rawdata("nic-1")}); got["return_code"] != "SUCCESS" {
		t.Errorf("%v", got)
	}
	if got := w.faceWith(t, fieldsOf{"authinfo": authinfo, "rawdata": rawdata("nic-2")}); got["return_msg"] != "AuthInfo License Error" {
		t.Errorf("%v", got)
	}
}

func TestTheUnionIDNeedsTheKioskToHaveAsked(t *testing.T) {
	w := start(t)
	uri := func(sid any, query string) string {
		return fmt.Sprintf("/v3/facemch/users/%s?appid=%s&%s", sid, appID, query)
	}
	asked, silent := w.faceWith(t, fieldsOf{"ask_unionid": 1}), w.face(t, "alice", "PS2")
	if r := w.call(t, http.MethodGet, uri(asked["face_sid"], "info_type=ASK_UNIONID"), nil); r.status != 200 || r.json(t)["union_id"] == "" || r.json(t)["openid"] != asked["openid"] {
		t.Errorf("%s", r.body)
	}
	if r := w.call(t, http.MethodGet, uri(silent["face_sid"], "info_type=ASK_UNIONID"), nil); r.status != 400 || r.json(t)["message"] != "UnionID为空" {
		t.Errorf("%s", r.body)
	}
	for _, bad := range []string{uri("x", "info_type=ASK_UNIONID"), uri(asked["face_sid"], "info_type=ASK_REAL_NAME")} {
		if r := w.call(t, http.MethodGet, bad, nil); r.status != 400 {
			t.Errorf("%s", r.body)
		}
	}
}
