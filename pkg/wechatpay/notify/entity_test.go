package notify_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	"github.com/google/go-cmp/cmp"
)

// openService is the plaintext of the first vector of §11.3.
func openService(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../testdata/aead.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct{ Vectors []struct{ Plaintext string } }
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v.Vectors[0].Plaintext
}

func TestAnAuthorisationOfTheVectorDecodes(t *testing.T) {
	got, err := notify.DecodeAuthorisation([]byte(openService(t)))
	if err != nil {
		t.Fatal(err)
	}
	want := &notify.Authorisation{AppID: "wx8888888888888888", MchID: "1900000109", OutRequestNo: "REQ20231115000001", ServiceID: "500001",
		OpenID: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", Status: notify.Opened, OpenOrCloseTime: "20231115061320"}
	if *got != *want {
		t.Error(cmp.Diff(fmt.Sprint(*want), fmt.Sprint(*got)))
	}
	for _, verb := range []string{"%v", "%+v", "%#v"} {
		if text := fmt.Sprintf(verb, got) + got.LogValue().String(); strings.Contains(text, want.OpenID) {
			t.Error(text)
		}
	}
}

func TestAnAuthorisationWithoutItsPartsIsRefused(t *testing.T) {
	whole := openService(t)
	for _, part := range []string{"mchid", "service_id", "openid", "user_service_status"} {
		if _, err := notify.DecodeAuthorisation([]byte(strings.Replace(whole, `"`+part+`"`, `"other"`, 1))); wechatpay.ReasonOf(err) != wechatpay.BadEntity {
			t.Errorf("without %s: %v", part, err)
		}
	}
	if _, err := notify.DecodeAuthorisation([]byte("x")); wechatpay.ReasonOf(err) != wechatpay.BadEntity {
		t.Error(err)
	}
}

func TestARefundDecodesInBothModes(t *testing.T) {
	const direct = `{"mchid":"1900000109","out_trade_no":"WX1","transaction_id":"42","out_refund_no":"RF1","refund_id":"50","refund_status":"SUCCESS",` +
		`"success_time":"2023-11-15T09:00:00+08:00","user_received_account":"x","amount":{"total":350,"refund":100,"payer_total":350,"payer_refund":100}}`
	for _, body := range []string{direct, strings.Replace(direct, `"mchid":"1900000109"`, `"sp_mchid":"1900000109","sub_mchid":"1900000110"`, 1)} {
		r, err := notify.DecodeRefund([]byte(body))
		if err != nil || r.Status != refund.Success || r.Amount.Refund != 100 || r.Amount.Total != 350 || r.OutRefundNo != "RF1" {
			t.Errorf("%+v %v", r, err)
		}
	}
	for _, body := range []string{"x", "{}", `{"mchid":"1","out_refund_no":"1"}`, `{"mchid":"1","out_refund_no":"1","refund_status":"SUCCESS","amount":{"refund":1.5}}`} {
		if _, err := notify.DecodeRefund([]byte(body)); wechatpay.ReasonOf(err) != wechatpay.BadEntity {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestAnOrderDecodesWhateverShapeHasWhatIsNotReadOfIt(t *testing.T) {
	const order = `{"mchid":"1900000109","sub_mchid":"19","appid":"wx8","service_id":"500001","out_order_no":"N1","order_id":"10","state":"DONE",` +
		`"total_amount":350,"collection":{"state":"USER_PAID","paying_amount":1,"paid_amount":349,"details":%s}%s}`
	const part = `{"seq":1,"amount":349,"paid_type":"NEWTON","paid_time":"20231115061503","transaction_id":"42"}`
	want := &payscore.Order{
		MchID: "1900000109", SubMchID: "19", AppID: "wx8", ServiceID: "500001", OutOrderNo: "N1", OrderID: "10", State: payscore.Done,
		TotalAmount: new(money.Fen(350)), Collection: &payscore.Collection{
			State: payscore.UserPaid, PayingAmount: 1, PaidAmount: 349,
			Details: []payscore.CollectionDetail{{Amount: 349, PaidType: payscore.ByWeChat, PaidTime: "20231115061503", TransactionID: "42"}},
		},
	}
	for name, plain := range map[string]string{
		"as documented":          fmt.Sprintf(order, "["+part+"]", `,"post_payments":[{"name":"商品信息","amount":400,"count":2}]`),
		"one object":             fmt.Sprintf(order, part, ""),
		"with a blank":           fmt.Sprintf(order, "["+strings.Replace(part, `transaction_id"`, `transaction_id "`, 1)+"]", ""),
		"other payments":         fmt.Sprintf(order, "["+part+"]", `,"post_payments":7,"post_discounts":"none"`),
		"other times":            fmt.Sprintf(order, "["+part+"]", `,"time_range":[],"risk_fund":{"amount":"10000"},"need_collection":"yes","OUT_ORDER_NO":"N2","State":7`),
		"coupons we do not know": fmt.Sprintf(order, "["+strings.Replace(part, `"seq":1`, `"seq":"1","promotion_detail":{"amount":"9"}`, 1)+"]", ""),
	} {
		got, err := notify.DecodeOrder([]byte(plain))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAnOrderWhoseMoneyIsNoNumberIsRefused(t *testing.T) {
	for _, plain := range []string{
		"x", "{}", `{"mchid":"1","out_order_no":"1"}`, `{"mchid":"1","state":"DONE"}`, `{"out_order_no":"1","state":"DONE"}`,
		`{"mchid":"1","out_order_no":"1","state":"DONE","total_amount":3.5}`, `{"mchid":"1","out_order_no":"1","state":"DONE","total_amount":"3.50"}`,
		`{"mchid":"1","out_order_no":"1","state":"DONE","collection":{"paid_amount":"350 fen"}}`,
		`{"mchid":"1","out_order_no":"1","state":"DONE","collection":{"details":[{"amount":1e99}]}}`,
		`{"mchid":"1","out_order_no":"1","state":"DONE","collection":7}`, `{"mchid":"1","out_order_no":"1","state":"DONE"} x`,
	} {
		if _, err := notify.DecodeOrder([]byte(plain)); wechatpay.ReasonOf(err) != wechatpay.BadEntity {
			t.Errorf("%s: %v", plain, err)
		}
	}
}

func TestANoticeIsOpenedWhateverItsDecoration(t *testing.T) {
	_, key := receiver(t)
	whole := string(file(t, "user_paid_body.json"))
	for name, change := range map[string][2]string{
		"summary as an object":    {`"summary":"用户支付成功"`, `"summary":{"zh":"用户支付成功"}`},
		"id as a number":          {`"id":"9d2f7c1e-6f0b-5f3a-8c1d-2b7a4e9c0d11"`, `"id":1`},
		"no id":                   {`"id":`, `"ID":`},
		"create_time as a list":   {`"create_time":"2023-11-15T06:15:04+08:00"`, `"create_time":[]`},
		"another resource_type":   {`"resource_type":"encrypt-resource"`, `"resource_type":7`},
		"original_type as a flag": {`"original_type":"payscore"`, `"original_type":true`},
		"event_type as an object": {`"event_type":"PAYSCORE.USER_PAID"`, `"event_type":{}`},
		"names in another case":   {`"summary":`, `"Resource":{"ciphertext":"AA=="},"Summary":`},
	} {
		body := strings.Replace(whole, change[0], change[1], 1)
		if body == whole {
			t.Fatal(name, "changes nothing")
		}
		envelope, err := notify.Parse([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if plain, err := notify.Decrypt(key, envelope.Resource); err != nil || string(plain) != string(file(t, "user_paid_plain.json")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzEnvelopesNeverPanic(f *testing.F) {
	f.Add(file(f, "user_paid_body.json"))
	f.Add([]byte(`{"id":"1","event_type":"X","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"short","ciphertext":"AA=="}}`))
	f.Add([]byte(`{"id":"1","event_type":"X","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"123456789012","ciphertext":""}}`))
	_, key := receiver(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		envelope, err := notify.Parse(body)
		if err != nil {
			if wechatpay.ReasonOf(err) != wechatpay.BadEnvelope {
				t.Error(err)
			}
			return
		}
		plain, err := notify.Decrypt(key, envelope.Resource)
		if err != nil {
			if wechatpay.ReasonOf(err) == "" {
				t.Error(err)
			}
			return
		}
		if _, err := notify.DecodeOrder(plain); err != nil && wechatpay.ReasonOf(err) != wechatpay.BadEntity {
			t.Error(err)
		}
	})
}
