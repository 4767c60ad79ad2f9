package notify_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
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
		if err != nil || r.Status != notify.RefundSucceeded || r.Amount.Refund != 100 || r.Amount.Total != 350 || r.OutRefundNo != "RF1" {
			t.Errorf("%+v %v", r, err)
		}
	}
	for _, body := range []string{"x", "{}", `{"mchid":"1","out_refund_no":"1"}`, `{"mchid":"1","out_refund_no":"1","refund_status":"SUCCESS","amount":{"refund":1.5}}`} {
		if _, err := notify.DecodeRefund([]byte(body)); wechatpay.ReasonOf(err) != wechatpay.BadEntity {
			t.Errorf("%s: %v", body, err)
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
