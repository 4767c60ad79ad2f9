package face_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/face"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/google/go-cmp/cmp"
)

const (
	rawdata = "q3OPhFtQBf6KZGqm+Zhe/jKCRy5K=="
	nonce   = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"
)

func vectorAsk() face.Ask {
	return face.Ask{StoreID: "S001", StoreName: "一号店 A&B", DeviceID: "KIOSK-0001", RawData: rawdata, AppID: "wx8888888888888888"}
}

// wechat answers every request with body and keeps the last request.
func wechat(t *testing.T, status int, body string) (*face.Client, *string) {
	t.Helper()
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw := make([]byte, 8192)
		n, _ := r.Body.Read(raw)
		got = r.Method + " " + r.RequestURI + "\n" + string(raw[:n])
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return client(t, server.URL), &got
}

func client(t *testing.T, url string) *face.Client {
	t.Helper()
	account, err := wechatpay.LoadAccount(wechattest.Account(t, url), wechatpay.ToSignV2)
	if err != nil {
		t.Fatal(err)
	}
	c, err := face.New(account, wechatpay.Options{HTTP: &http.Client{Transport: &http.Transport{}}, Clock: wechattest.At(time.Unix(1700000000, 0)),
		Nonce: func() string { return nonce }, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer is the vector of §11.2, changed, and signed unless sign is given.
func answer(t *testing.T, change map[string]string) string {
	t.Helper()
	var v struct {
		Fields map[string]string
		HMAC   string `json:"HMAC-SHA256"`
	}
	raw, err := os.ReadFile("testdata/authinfo_response.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if change == nil {
		v.Fields["sign"] = v.HMAC
		return string(face.EncodeXML(v.Fields))
	}
	for name, value := range change {
		v.Fields[name] = value
	}
	if _, given := change["sign"]; !given {
		key, _ := wechatpay.NewAPIv2Key(wechattest.APIv2Key)
		v.Fields["sign"] = key.Sign(v.Fields, wechatpay.HMACSHA256)
	}
	return string(face.EncodeXML(v.Fields))
}

func TestAuthInfoSendsTheVectorAndReadsTheVector(t *testing.T) {
	c, got := wechat(t, 200, answer(t, nil))
	grant, err := c.AuthInfo(t.Context(), vectorAsk())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("POST /face/get_wxpayface_authinfo\n"+vector(t), *got); diff != "" {
		t.Error(diff)
	}
	if grant.Reveal() != "q3OPhFtQBf6KZGqmZhejKCRy5K/ch0kwS11YSsEj9XmUGqcs==" || grant.ExpiresIn != 2*time.Hour {
		t.Errorf("%q for %s", grant.Reveal(), grant.ExpiresIn)
	}
}

func TestUnknownFieldsOfAnAnswerTakePartInItsSignature(t *testing.T) {
	c, _ := wechat(t, 200, answer(t, map[string]string{"brand_new_field": "x"}))
	if _, err := c.AuthInfo(t.Context(), vectorAsk()); err != nil {
		t.Error(err)
	}
}

func TestAnAnswerIsRefusedByItsClass(t *testing.T) {
	unsigned := func(code, message string) string {
		return "<xml><return_code><![CDATA[" + code + "]]></return_code><return_msg><![CDATA[" + message + "]]></return_msg></xml>"
	}
	for name, c := range map[string]struct {
		status int
		body   string
		class  fault.Class
		code   string
	}{
		"PARAM_ERROR is configuration":    {200, unsigned("PARAM_ERROR", "签名错误"), fault.Terminal, face.CodeConfig},
		"SYSTEMERROR wants new rawdata":   {200, answer(t, map[string]string{"return_code": "SYSTEMERROR", "return_msg": "生成authinfo失败", "authinfo": ""}), fault.Retry, face.CodeNewRawData},
		"ERROR is an unregistered device": {200, answer(t, map[string]string{"return_code": "ERROR", "return_msg": "该设备型号未登记，请联系微信支付官方", "authinfo": ""}), fault.Terminal, face.CodeDeviceUnknown},
		"an unlisted code":                {200, unsigned("FAIL", "?"), fault.Terminal, face.CodeUnlisted},
		"SUCCESS without a signature":     {200, answer(t, map[string]string{"sign": ""}), fault.Retry, "face_unverified"},
		"SUCCESS of another key":          {200, answer(t, map[string]string{"sign": strings.Repeat("A", 64)}), fault.Retry, "face_unverified"},
		"a signed error of another key":   {200, answer(t, map[string]string{"return_code": "ERROR", "sign": strings.Repeat("A", 64)}), fault.Retry, "face_unverified"},
		"an MD5 signature":                {200, answer(t, map[string]string{"sign": "88655BA5132CB00708F1122EEC31946D"}), fault.Retry, "face_unverified"},
		"no expires_in":                   {200, answer(t, map[string]string{"expires_in": ""}), fault.Retry, "face_unverified"},
		"no authinfo":                     {200, answer(t, map[string]string{"authinfo": ""}), fault.Retry, "face_unverified"},
		"another merchant":                {200, answer(t, map[string]string{"mch_id": "1900000000"}), fault.Retry, "face_unverified"},
		"a gateway's page":                {502, "<html>", fault.Retry, "face_unavailable"},
		"not XML":                         {200, "<html>", fault.Retry, "face_unverified"},
		"too large":                       {200, strings.Repeat("x", face.MaxXML+10), fault.Retry, "face_unverified"},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := wechat(t, c.status, c.body)
			grant, err := client.AuthInfo(t.Context(), vectorAsk())
			if fault.ClassOf(err) != c.class || fault.CodeOf(err) != c.code || grant.Reveal() != "" {
				t.Errorf("%v %s, want %s %s", err, fault.ClassOf(err), c.class, c.code)
			}
		})
	}
	_, err := client(t, "http://127.0.0.1:1").AuthInfo(t.Context(), vectorAsk())
	if fault.CodeOf(err) != "face_unavailable" {
		t.Error(err)
	}
}

func TestAnAskOutsideTheLimitsIsNotSent(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*face.Ask)
		field  string
	}{
		"no store":             {func(a *face.Ask) { a.StoreID = "" }, "store_id"},
		"long store":           {func(a *face.Ask) { a.StoreID = strings.Repeat("x", 33) }, "store_id"},
		"long name":            {func(a *face.Ask) { a.StoreName = strings.Repeat("店", 129) }, "store_name"},
		"no device":            {func(a *face.Ask) { a.DeviceID = "" }, "device_id"},
		"no rawdata":           {func(a *face.Ask) { a.RawData = "" }, "rawdata"},
		"long rawdata":         {func(a *face.Ask) { a.RawData = strings.Repeat("R", 2049) }, "rawdata"},
		"no appid":             {func(a *face.Ask) { a.AppID = "" }, "appid"},
		"control characters":   {func(a *face.Ask) { a.Attach = "\x00" }, "attach"},
		"broken UTF-8":         {func(a *face.Ask) { a.StoreName = "\xff" }, "store_name"},
		"U+FFFF in a name":     {func(a *face.Ask) { a.StoreName = "一号店\uffff" }, "store_name"},
		"U+FFFE in a device":   {func(a *face.Ask) { a.DeviceID = "K\ufffe" }, "device_id"},
		"a + that is a blank":  {func(a *face.Ask) { a.RawData = "q3OPhFtQBf6KZGqm Zhe/jKCRy5K==" }, "rawdata"},
		"a + that is %2B":      {func(a *face.Ask) { a.RawData = "q3OPhFtQBf6KZGqm%2BZhe/jKCRy5K==" }, "rawdata"},
		"attach that is text":  {func(a *face.Ask) { a.Attach = "batch=7" }, "attach"},
		"sub-merchant, direct": {func(a *face.Ask) { a.SubMchID = "1" }, "sub_mch_id"},
	} {
		t.Run(name, func(t *testing.T) {
			client, got := wechat(t, 200, answer(t, nil))
			ask := vectorAsk()
			c.change(&ask)
			_, err := client.AuthInfo(t.Context(), ask)
			if fault.ClassOf(err) != fault.Terminal || !strings.Contains(err.Error(), "["+c.field+"]") || *got != "" {
				t.Errorf("%v, sent %q", err, *got)
			}
		})
	}
	ask := vectorAsk()
	ask.StoreName, ask.RawData = strings.Repeat("店", 128), strings.Repeat("R", 2048)
	if err := ask.Validate(false); err != nil {
		t.Error(err)
	}
	if err := ask.Validate(true); err == nil {
		t.Error("partner mode needs sub_mch_id")
	}
}

func TestNeitherRawdataNorAuthinfoIsPrinted(t *testing.T) {
	const authinfo = "q3OPhFtQBf6KZGqmZhejKCRy5K/ch0kwS11YSsEj9XmUGqcs=="
	c, _ := wechat(t, 200, answer(t, nil))
	grant, err := c.AuthInfo(t.Context(), vectorAsk())
	if err != nil {
		t.Fatal(err)
	}
	echo, _ := wechat(t, 200, "<xml><return_code>PARAM_ERROR</return_code><return_msg>bad "+rawdata+"</return_msg></xml>")
	_, refused := echo.AuthInfo(t.Context(), vectorAsk())
	type holder struct{ grant face.Grant }
	text := fmt.Sprintf("%v %+v %#v %v %+v %#v %+v %#v %v %v %v", grant, grant, grant, vectorAsk(), vectorAsk(), vectorAsk(),
		holder{grant}, holder{grant}, refused, grant.LogValue(), vectorAsk().LogValue())
	encoded, _ := json.Marshal(grant)
	for _, secret := range []string{authinfo, rawdata, rawdata[:20]} {
		if strings.Contains(text+string(encoded), secret) {
			t.Errorf("printed: %s", text)
		}
	}
}

func TestAFaceClientNeedsTheAPIv2Key(t *testing.T) {
	account, err := wechatpay.LoadAccount(wechattest.Account(t, ""), wechatpay.ToReceive)
	if err != nil {
		t.Fatal(err)
	}
	o := wechatpay.Options{HTTP: http.DefaultClient, Clock: wechattest.At(time.Unix(0, 0)), Nonce: func() string { return nonce }}
	if _, err := face.New(account, o); fault.CodeOf(err) != "no_apiv2_key" {
		t.Error(err)
	}
	if _, err := face.New(account, wechatpay.Options{}); fault.CodeOf(err) != "option_missing" {
		t.Error(err)
	}
}
