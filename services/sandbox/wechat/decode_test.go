package wechat

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/services/sandbox/signing"
)

func TestTheGoldenAuthinfoRequestIsReadAndItsSignatureHolds(t *testing.T) {
	body, err := os.ReadFile("../signing/testdata/authinfo_request.xml")
	if err != nil {
		t.Fatal(err)
	}
	values, err := parseFlatXML(body)
	if err != nil {
		t.Fatal(err)
	}
	sign, err := signing.V2(values, values["sign_type"], "vM5kQ2xW8nR4tY7uB1cD3eF6gH9jL0pZ")
	if err != nil || sign != values["sign"] {
		t.Errorf("%s, %v", sign, err)
	}
	if values["store_name"] != "一号店 A&B" || values["rawdata"] != "q3OPhFtQBf6KZGqm+Zhe/jKCRy5K==" {
		t.Errorf("%v", values)
	}
}

func TestAnythingButFlatXMLIsRefused(t *testing.T) {
	for _, body := range []string{"", "a=b", "<xml>", "<xml></xml>", "<xml><a>1</a><a>2</a></xml>", "<xml><a><b>1</b></a></xml>", "{}",
		`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><a>&e;</a></xml>`} {
		if values, err := parseFlatXML([]byte(body)); err == nil {
			t.Errorf("%s read as %v", body, values)
		}
	}
}

func TestAuthorizationFieldsComeInAnyOrder(t *testing.T) {
	want := authorization{mchID: "1900000109", nonce: "N", timestamp: "1", serial: "S", signature: "a/b+c=="}
	for _, header := range []string{
		`WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="N",timestamp="1",serial_no="S",signature="a/b+c=="`,
		`WECHATPAY2-SHA256-RSA2048 signature="a/b+c==", serial_no="S", timestamp="1", nonce_str="N", mchid="1900000109"`,
	} {
		got, ok := parseAuthorization(header)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(authorization{})); !ok || diff != "" {
			t.Errorf("%v %s", ok, diff)
		}
	}
	for _, header := range []string{"", "Bearer x", `WECHATPAY2-SHA256-RSA2048 mchid="1"`, `WECHATPAY2-SHA256-RSA2048 mchid="1",mchid="2",nonce_str="N",timestamp="1",serial_no="S"`,
		`WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="N",timestamp="1",serial_no="S",signature="x",other="y"`,
		`WECHATPAY2-SHA256-RSA2048 mchid="1900000109"nonce_str="N",timestamp="1",serial_no="S",signature="x"`} {
		if a, ok := parseAuthorization(header); ok {
			t.Errorf("%q read as %+v", header, a)
		}
	}
}

func FuzzParseFlatXMLKeepsWhatFlatXMLWrites(f *testing.F) {
	f.Add([]byte("<xml><a>1</a></xml>"))
	f.Add([]byte("<xml><a><![CDATA[]]]]><![CDATA[>]]></a></xml>"))
	f.Fuzz(func(t *testing.T, body []byte) {
		values, err := parseFlatXML(body)
		if err != nil {
			return
		}
		var fields [][2]string
		for k, v := range values {
			if v == "" || strings.Contains(v, "\r") {
				return // left out, or normalised by XML
			}
			fields = append(fields, [2]string{k, v})
		}
		again, err := parseFlatXML(flatXML(fields))
		if diff := cmp.Diff(values, again); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

func FuzzParseAuthorizationNeverPanics(f *testing.F) {
	f.Add(`WECHATPAY2-SHA256-RSA2048 mchid="1900000109",nonce_str="N",timestamp="1",serial_no="S",signature="a/b+c=="`)
	f.Add(`WECHATPAY2-SHA256-RSA2048 mchid="`)
	f.Fuzz(func(t *testing.T, header string) {
		if a, ok := parseAuthorization(header); ok && (a.mchID == "" || a.nonce == "" || a.timestamp == "" || a.serial == "" || a.signature == "") {
			t.Fatalf("%q gave %+v", header, a)
		}
	})
}

func FuzzDecodeOrderRequestsNeverPanics(f *testing.F) {
	f.Add([]byte(`{"out_order_no":"A","post_payments":[{"name":"x","amount":1}],"risk_fund":{"amount":1}}`))
	f.Add([]byte(`{"total_amount":"1"}`))
	f.Add([]byte(`{"post_payments":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var create createRequest
		var complete completeRequest
		if (decoder{}).decode(body, &create) == nil {
			f := fields{}
			f.payments(create.PostPayments, atCreation)
			f.discounts(create.PostDiscounts, atCreation)
			f.createTimes(create.TimeRange, testNow)
			f.notifyURL("notify_url", create.NotifyURL, true)
		}
		if (decoder{}).decode(body, &complete) == nil {
			f := fields{}
			f.total(complete.PostPayments, complete.PostDiscounts, complete.TotalAmount)
			f.endTimes(complete.TimeRange, create.TimeRange, testNow)
		}
	})
}

// The decoder adds strictness and no meaning of its own: right requests are read as encoding/json reads them.
func TestARightRequestIsReadAsAnyJSONReaderReadsIt(t *testing.T) {
	for _, body := range []string{ // the examples of wechat-protocol.md §6.2 and §6.4, and what JSON allows besides
		`{"out_order_no":"PS20231115000001","appid":"wx8888888888888888","service_id":"500001","service_introduction":"无人售货柜","time_range":{"start_time":"OnAccept"},"location":{"start_location":"一号店大堂"},"risk_fund":{"name":"ESTIMATE_ORDER_COST","amount":10000,"description":"购物预估费用"},"attach":"batch%3D7","notify_url":"https://pay.example.com/wx/payscore","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","need_user_confirm":false,"device":{"start_device_id":"KIOSK-0001"}}`,
		`{"post_payments":[{"name":"商品信息","amount":400,"description":"\u77ff泉水","count":2},null,{}],"post_discounts":[],"unknown":{"a":[1]},"attach":null}`,
		` { "attach" : "a", "attach" : "b" } `, `null`,
	} {
		var got, want createRequest
		if refused := (decoder{mode: partner}).decode([]byte(body), &got); refused != nil {
			t.Fatalf("%s: %v", body, refused)
		}
		if err := json.Unmarshal([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", body, diff)
		}
	}
}
