package notify_test

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	"github.com/google/go-cmp/cmp"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func vectorHeader(t testing.TB) http.Header {
	t.Helper()
	var fields map[string]string
	if err := json.Unmarshal(file(t, "user_paid_headers.json"), &fields); err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	for name, value := range fields {
		h.Set(name, value)
	}
	return h
}

func receiver(t testing.TB) (*wechatpay.KeyRing, wechatpay.APIv3Keys) {
	t.Helper()
	account, err := wechatpay.LoadAccount(wechattest.Account(t, "http://127.0.0.1:1"), wechatpay.ToReceive)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := wechatpay.NewKeyRing(account, wechatpay.Options{HTTP: http.DefaultClient, Clock: wechattest.At(wechattest.Start), Nonce: rand.Text})
	if err != nil {
		t.Fatal(err)
	}
	return ring, account.APIv3()
}

func TestTheVectorVerifiesDecryptsAndDecodes(t *testing.T) {
	ring, key := receiver(t)
	body := file(t, "user_paid_body.json")
	if err := notify.VerifyNotification(wechattest.Start, vectorHeader(t), body, ring); err != nil {
		t.Fatal(err)
	}
	envelope, err := notify.Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := notify.Decrypt(key, envelope.Resource)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(file(t, "user_paid_plain.json")), string(plain)); diff != "" {
		t.Error(diff)
	}
	order, err := notify.DecodeOrder(plain)
	if err != nil {
		t.Fatal(err)
	}
	if envelope.EventType != notify.UserPaid || order.OutOrderNo != "PS20231115000001" || order.Collection.PaidAmount != 350 ||
		order.Collection.Details[0].TransactionID != "4200001999202311150000000001" {
		t.Errorf("%+v", order.Collection)
	}
}

func TestTheWindowIs299SecondsBothWays(t *testing.T) {
	ring, _ := receiver(t)
	for now, want := range map[int64]wechatpay.Reason{
		1699999804: wechatpay.Stale, 1699999805: "", 1700000104: "", 1700000403: "", 1700000404: wechatpay.Stale, 0: wechatpay.Stale,
	} {
		err := notify.VerifyNotification(time.Unix(now, 0), vectorHeader(t), file(t, "user_paid_body.json"), ring)
		if wechatpay.ReasonOf(err) != want || (err == nil) != (want == "") {
			t.Errorf("at %d: %v, want %q", now, err, want)
		}
	}
}

func TestEveryRefusalHasItsReason(t *testing.T) {
	ring, _ := receiver(t)
	valid := vectorHeader(t).Get("Wechatpay-Signature")
	set := func(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
	for name, c := range map[string]struct {
		change func(http.Header)
		body   string
		want   wechatpay.Reason
	}{
		"no timestamp":          {set("Wechatpay-Timestamp", ""), "", wechatpay.MissingHeader},
		"no nonce":              {set("Wechatpay-Nonce", ""), "", wechatpay.MissingHeader},
		"no serial":             {set("Wechatpay-Serial", ""), "", wechatpay.MissingHeader},
		"no signature":          {set("Wechatpay-Signature", ""), "", wechatpay.MissingHeader},
		"timestamp of words":    {set("Wechatpay-Timestamp", "now"), "", wechatpay.MissingHeader},
		"negative timestamp":    {set("Wechatpay-Timestamp", "-9223372036854775808"), "", wechatpay.MissingHeader},
		"unknown serial":        {set("Wechatpay-Serial", "PUB_KEY_ID_1"), "", wechatpay.UnknownSerial},
		"other timestamp":       {set("Wechatpay-Timestamp", "1700000105"), "", wechatpay.BadSignature},
		"other nonce":           {set("Wechatpay-Nonce", "x"), "", wechatpay.BadSignature},
		"other body":            {func(http.Header) {}, "{}", wechatpay.BadSignature},
		"signature not base64":  {set("Wechatpay-Signature", "*"), "", wechatpay.BadSignature},
		"probe prepended (363)": {set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+valid), "", wechatpay.SignProbe},
		"probe in place (344)":  {set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/"+valid[19:]), "", wechatpay.SignProbe},
		"a probe too old is old": {func(h http.Header) {
			h.Set("Wechatpay-Signature", "WECHATPAY/SIGNTEST/")
			h.Set("Wechatpay-Timestamp", "1")
		}, "", wechatpay.Stale},
		"a line feed in the body": {func(http.Header) {}, string(file(t, "user_paid_body.json")) + "\n", wechatpay.BadSignature},
	} {
		t.Run(name, func(t *testing.T) {
			header, body := vectorHeader(t), c.body
			c.change(header)
			if body == "" {
				body = string(file(t, "user_paid_body.json"))
			}
			err := notify.VerifyNotification(wechattest.Start, header, []byte(body), ring)
			if wechatpay.ReasonOf(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			if retry := fault.Is(err, fault.Retry); retry != (c.want == wechatpay.UnknownSerial) {
				t.Errorf("class %s", fault.ClassOf(err))
			}
		})
	}
}

func TestTheSDKVerifiesTheSameNotification(t *testing.T) {
	h := vectorHeader(t)
	message := h.Get("Wechatpay-Timestamp") + "\n" + h.Get("Wechatpay-Nonce") + "\n" + string(file(t, "user_paid_body.json")) + "\n"
	sdk := verifiers.NewSHA256WithRSAPubkeyVerifier(wechattest.PublicKeyID, wechattest.WeChatKey(t).PublicKey)
	if err := sdk.Verify(t.Context(), wechattest.PublicKeyID, message, h.Get("Wechatpay-Signature")); err != nil {
		t.Error(err)
	}
}

func TestAResourceThatIsNotSealedSoIsRefused(t *testing.T) {
	_, key := receiver(t)
	envelope, err := notify.Parse(file(t, "user_paid_body.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*notify.Resource)
		want   wechatpay.Reason
	}{
		"algorithm":   {func(r *notify.Resource) { r.Algorithm = "AEAD_SM4_GCM" }, wechatpay.BadAlgorithm},
		"short nonce": {func(r *notify.Resource) { r.Nonce = r.Nonce[1:] }, wechatpay.BadNonce},
		"other AAD":   {func(r *notify.Resource) { r.AssociatedData = "" }, wechatpay.DecryptFailed},
		"ciphertext":  {func(r *notify.Resource) { r.Ciphertext = "AAAA" + r.Ciphertext[4:] }, wechatpay.DecryptFailed},
	} {
		r := envelope.Resource
		c.change(&r)
		if _, err := notify.Decrypt(key, r); wechatpay.ReasonOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestAssociatedDataMayBeEmptyOrAbsent(t *testing.T) {
	_, key := receiver(t)
	sealed := wechattest.Seal(t, "kL2mN4pQ6rS8", "", `{"a":1}`)
	for _, aad := range []string{`"associated_data":"",`, ``} {
		envelope, err := notify.Parse([]byte(`{"id":"1","event_type":"X","resource":{` + aad + `"algorithm":"AEAD_AES_256_GCM","nonce":"kL2mN4pQ6rS8","ciphertext":"` + sealed + `"}}`))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := notify.Decrypt(key, envelope.Resource); err != nil || string(plain) != `{"a":1}` {
			t.Errorf("%s %v", plain, err)
		}
	}
}

func TestABodyThatIsNoNotificationIsRefused(t *testing.T) {
	for _, body := range []string{"", "x", "[]", "{}", `{"id":"1"}`, `{"id":"1","event_type":"X","resource":{}}`, `{"id":1}`} {
		if _, err := notify.Parse([]byte(body)); wechatpay.ReasonOf(err) != wechatpay.BadEnvelope {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestNoErrorQuotesWhatWasReceived(t *testing.T) {
	_, key := receiver(t)
	const leak = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	_, one := notify.Parse([]byte(`{"id":"` + leak))
	_, two := notify.DecodeOrder([]byte(`{"openid":"` + leak + `","state":1}`))
	_, three := notify.DecodeAuthorisation([]byte(`{"openid":"` + leak + `"}`))
	_, four := notify.DecodeRefund([]byte(`{"mchid":"` + leak + `"}`))
	_, five := notify.Decrypt(key, notify.Resource{Algorithm: leak})
	for _, err := range []error{one, two, three, four, five} {
		if err == nil || strings.Contains(err.Error(), leak) || wechatpay.ReasonOf(err) == "" {
			t.Error(err)
		}
	}
}
