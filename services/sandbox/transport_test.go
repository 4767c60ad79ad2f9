package sandbox_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

func TestOnlyARightSignatureIsLetIn(t *testing.T) {
	w := start(t)
	now := time.Now().Unix()
	for name, c := range map[string]struct {
		mchid, serial, body string
		at                  int64
		header, want        string
	}{
		"no header":          {want: "SIGN_ERROR-270924332", header: "none"},
		"another scheme":     {want: "SIGN_ERROR-270924332", header: "Bearer x"},
		"unknown mchid":      {want: "SIGN_ERROR-271302144", mchid: "1900000000"},
		"unknown serial":     {want: "SIGN_ERROR-270924332", serial: strings.Repeat("0", 40)},
		"five minutes late":  {want: "SIGN_ERROR-270924332", at: now - 301},
		"five minutes early": {want: "SIGN_ERROR-270924332", at: now + 302},
		"another body":       {want: "SIGN_ERROR-270924332", body: `{ }`},
	} {
		uri, at, body := ordersPath+"/A/cancel", now, `{}`
		if c.at != 0 {
			at = c.at
		}
		r := w.client.request(http.MethodPost, uri, []byte(orElse(c.body, body)))
		timestamp := strconv.FormatInt(at, 10)
		r.Header.Set("Authorization", fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="N",timestamp="%s",serial_no="%s",signature="%s"`,
			orElse(c.mchid, mchID), timestamp, orElse(c.serial, w.client.serial), w.client.sign(http.MethodPost, uri, timestamp, "N", []byte(body))))
		switch c.header {
		case "none":
			r.Header.Del("Authorization")
		case "":
		default:
			r.Header.Set("Authorization", c.header)
		}
		got, err := w.send(r)
		if err != nil || got.status != 401 || got.code(t) != c.want {
			t.Errorf("%s: %d %s %v", name, got.status, got.body, err)
		}
		if name != "another body" {
			continue
		}
		information := got.json(t)["detail"].(fieldsOf)["sign_information"].(fieldsOf)
		if information["method"] != "POST" || information["url"] != uri || !strings.HasPrefix(information["truncated_sign_message"].(string), "POST\n"+uri+"\n") {
			t.Errorf("%v", information)
		}
	}
}

func orElse(s, usual string) string {
	if s == "" {
		return usual
	}
	return s
}

func TestAnswersAreSignedByTheKeyAskedFor(t *testing.T) {
	for _, c := range []struct {
		mode sandbox.KeyMode
		// asked → signed by: P the public key, C the certificate
		want map[string]string
	}{
		{sandbox.BothMode, map[string]string{"P": "P", "C": "C", "": "C"}},
		{sandbox.CertificateMode, map[string]string{"P": "C", "C": "C", "": "C"}},
		{sandbox.PublicKeyMode, map[string]string{"P": "P", "C": "P", "": "P"}},
	} {
		w := start(t, configured(func(config *sandbox.Config) { config.Merchants[0].KeyMode = c.mode }))
		serials := map[string]string{"P": w.client.public, "C": w.client.platform, "": ""}
		for asked, signed := range c.want {
			w.client.ask = serials[asked]
			r := w.call(t, http.MethodGet, orderURI("NONE"), nil)
			if r.bad != nil || r.header.Get("Wechatpay-Serial") != serials[signed] {
				t.Errorf("%s, asked for %q: signed by %s, %v", c.mode, asked, r.header.Get("Wechatpay-Serial"), r.bad)
			}
		}
	}
}

func TestTheDownloadedCertificateVerifiesItsOwnDownload(t *testing.T) {
	w := start(t)
	w.client.ask = ""
	r := w.call(t, http.MethodGet, "/v3/certificates", nil)
	item := r.json(t)["data"].([]any)[0].(fieldsOf)
	sealed := item["encrypt_certificate"].(fieldsOf)
	block, _ := pem.Decode(w.decrypt(t, sealed["nonce"].(string), sealed["associated_data"].(string), sealed["ciphertext"].(string)))
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	w.client.wechat = map[string]*rsa.PublicKey{item["serial_no"].(string): certificate.PublicKey.(*rsa.PublicKey)}
	if err := w.check(r.header, r.body); err != nil || len(item["serial_no"].(string)) != 40 {
		t.Errorf("%v %v", err, item)
	}
	if _, err := time.Parse(time.RFC3339, item["expire_time"].(string)); err != nil {
		t.Error(err)
	}
	if r := w.call(t, http.MethodGet, "/v3/certificates?algorithm_type=DSA", nil); r.code(t) != "PARAM_ERROR-268435464" {
		t.Errorf("%s", r.body)
	}
}

func TestAnAccountWithAPublicKeyHasNoCertificates(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.Merchants[0].KeyMode = sandbox.PublicKeyMode }))
	if r := w.call(t, http.MethodGet, "/v3/certificates", nil); r.status != 404 || r.code(t) != "RESOURCE_NOT_EXISTS-0" {
		t.Errorf("%s", r.body)
	}
}

func TestCallbacksAreSignedByBothKindsDuringTheSwitch(t *testing.T) {
	w := start(t)
	seen := map[string]bool{}
	for i := 0; len(seen) < 2 && i < 40; i++ {
		no := fmt.Sprint("PS", i)
		w.open(t, no, fmt.Sprint("user", i))
		w.finish(t, no, 350)
		d := w.next(t, "/order")
		w.notice(t, d)
		seen[d.header.Get("Wechatpay-Serial")] = true
	}
	if !seen[w.client.public] || !seen[w.client.platform] {
		t.Errorf("only %v", seen)
	}
}

func TestStrictModeRefusesWhatTheDocumentsForbid(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.Strict = true }))
	body := w.createBody("PS1", w.face(t, "alice", "PS1")["openid"].(string))
	body["time_range"] = fieldsOf{"start_time": "OnAccept"}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 400 {
		t.Errorf("an http notify_url was accepted: %s", r.body)
	}
	body["notify_url"] = "https://pay.example.com/wx"
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 200 {
		t.Errorf("%s", r.body)
	}
}

func TestAPathThatIsNotSimulatedSaysSo(t *testing.T) {
	w := start(t)
	if r := w.call(t, http.MethodPost, "/v3/profitsharing/orders", "{}"); r.status != 404 || r.code(t) != "RESOURCE_NOT_EXISTS-0" {
		t.Errorf("%d %s", r.status, r.body)
	}
}
