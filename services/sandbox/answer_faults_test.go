package sandbox_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fetched are the platform certificates that GET /v3/certificates lists, by serial.
func (w *world) fetched(t testing.TB) map[string]*x509.Certificate {
	t.Helper()
	found := map[string]*x509.Certificate{}
	for _, item := range w.call(t, http.MethodGet, "/v3/certificates", nil).json(t)["data"].([]any) {
		sealed := item.(fieldsOf)["encrypt_certificate"].(fieldsOf)
		text := w.decrypt(t, sealed["nonce"].(string), sealed["associated_data"].(string), sealed["ciphertext"].(string))
		block, _ := pem.Decode(text)
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		found[item.(fieldsOf)["serial_no"].(string)] = certificate
	}
	return found
}

func signedBy(key *rsa.PublicKey, h http.Header, body []byte) bool {
	signature, err := base64.StdEncoding.DecodeString(h.Get("Wechatpay-Signature"))
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(h.Get("Wechatpay-Timestamp") + "\n" + h.Get("Wechatpay-Nonce") + "\n" + string(body) + "\n"))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature) == nil
}

func TestAnOldKeySignsSoundlyUnderItsOwnExpiredCertificate(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "certificates", "fault": "old_certificate_listed", "times": 1})
	listed := w.fetched(t)
	if len(listed) != 2 || len(w.fetched(t)) != 1 {
		t.Fatalf("%d certificates are listed", len(listed))
	}
	w.open(t, "PS1", "alice")
	w.rule(t, fieldsOf{"operation": "query", "fault": "answer_old_key", "times": 1})
	r := w.call(t, http.MethodGet, orderURI("PS1"), nil)
	former := listed[r.header.Get("Wechatpay-Serial")]
	if r.bad == nil || former == nil || former.NotAfter.After(time.Now()) || !signedBy(former.PublicKey.(*rsa.PublicKey), r.header, r.body) {
		t.Errorf("%v signed by %s", r.bad, r.header.Get("Wechatpay-Serial"))
	}
	w.pay(t, "PS2", fieldsOf{"fault": "old_key", "times": 1})
	if d := w.next(t, "/order"); w.check(d.header, d.body) == nil || !signedBy(former.PublicKey.(*rsa.PublicKey), d.header, d.body) {
		t.Errorf("the notice is signed by %s", d.header.Get("Wechatpay-Serial"))
	}
}

func TestAnUnknownKeyNamesASerialOfTheSameKindThatNobodyHas(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	for _, ask := range []string{w.public, w.platform} {
		w.ask = ask
		w.rule(t, fieldsOf{"operation": "query", "fault": "answer_unknown_key", "times": 1})
		r := w.call(t, http.MethodGet, orderURI("PS1"), nil)
		serial := r.header.Get("Wechatpay-Serial")
		if r.status != 200 || w.wechat[serial] != nil || len(serial) != len(ask) || strings.HasPrefix(serial, "PUB_KEY_ID_") != strings.HasPrefix(ask, "PUB_KEY_ID_") {
			t.Errorf("%d signed by %q", r.status, serial)
		}
	}
}

func TestAStaleAnswerWasSignedSoundlyTenMinutesAgo(t *testing.T) {
	w := start(t)
	w.open(t, "PS1", "alice")
	w.rule(t, fieldsOf{"operation": "query", "fault": "answer_stale"})
	r := w.call(t, http.MethodGet, orderURI("PS1"), nil)
	at, err := strconv.ParseInt(r.header.Get("Wechatpay-Timestamp"), 10, 64)
	if age := time.Now().Unix() - at; err != nil || age < 599 || age > 605 || !signedBy(w.wechat[w.ask], r.header, r.body) {
		t.Errorf("%d s old, %v", age, r.bad)
	}
}

func TestATamperedAnswerSaysMoreThanIsTrue(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_stops"})
	for _, operation := range []string{"create", "complete", "query", "cancel", "certificates"} {
		w.rule(t, fieldsOf{"operation": operation, "fault": "answer_tampered", "times": 1})
	}
	created := w.open(t, "PS1", "alice")
	completed := w.finish(t, "PS1", 350)
	queried := w.call(t, http.MethodGet, orderURI("PS1"), nil)
	cancelled := w.call(t, http.MethodPost, ordersPath+"/PS1/cancel", cancelBody("x"))
	certificates := w.call(t, http.MethodGet, "/v3/certificates", nil)
	for _, r := range []result{created, completed, queried, cancelled, certificates} {
		if r.status != 200 || r.bad == nil {
			t.Errorf("%d %s verifies", r.status, r.body)
		}
	}
	if created.json(t)["state"] != "DONE" || completed.json(t)["state"] != "DONE" || queried.json(t)["collection"].(fieldsOf)["state"] != "USER_PAID" {
		t.Errorf("%s\n%s\n%s", created.body, completed.body, queried.body)
	}
	w.state(t, "PS1", "REVOKED")
}

func TestATamperedAuthinfoDoesNotFitItsSignature(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "authinfo", "fault": "answer_tampered"})
	if got := w.authinfo(t, nil); got["return_code"] != "SUCCESS" || got["sign"] == w.signV2(got) {
		t.Errorf("%v", got)
	}
}

func TestASoundAnswerMayBeAboutAnotherOrderAlthoughTheCallWasExecuted(t *testing.T) {
	w := start(t)
	for kind, want := range map[string]string{"answer_of_nobody": "PS1x", "answer_of_another": "PAID"} {
		t.Run(kind, func(t *testing.T) {
			if kind == "answer_of_another" {
				w.open(t, "PAID", "bob")
				w.finish(t, "PAID", 100)
				w.state(t, "PAID", "DONE")
			}
			no := map[string]string{"answer_of_nobody": "PS1", "answer_of_another": "PS2"}[kind]
			for _, operation := range []string{"create", "query", "complete", "modify", "pay", "cancel"} {
				w.rule(t, fieldsOf{"operation": operation, "fault": kind, "out_order_no": no, "times": 1})
			}
			w.rule(t, fieldsOf{"operation": "deduct", "fault": "deduction_stops", "out_order_no": no})
			mistaken := []result{w.open(t, no, "user of "+no), w.call(t, http.MethodGet, orderURI(no), nil), w.finish(t, no, 350),
				w.act(t, no, "modify", modifyBody(200)), w.act(t, no, "pay", payBody), w.call(t, http.MethodPost, ordersPath+"/"+no+"/cancel", cancelBody("x"))}
			for _, r := range mistaken {
				if r.status != 200 || r.bad != nil || r.json(t)["out_order_no"] != want || r.json(t)["order_id"] == nil {
					t.Errorf("%d %v %s", r.status, r.bad, r.body)
				}
			}
			if _, has := mistaken[0].json(t)["package"]; !has {
				t.Errorf("not a create's answer: %s", mistaken[0].body)
			}
			w.state(t, no, "REVOKED")
		})
	}
}

func TestWithoutAnotherOrderTheMistakenAnswerIsAboutNobodys(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "create", "fault": "answer_of_another"})
	if r := w.open(t, "PS1", "alice"); r.json(t)["out_order_no"] != "PS1x" {
		t.Errorf("%s", r.body)
	}
}
