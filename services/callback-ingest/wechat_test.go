package callbackingest_test

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"
)

// wechat is WeChat's side of one account, made with the standard library only, so that it cannot share a misreading with
// the code under test.
type wechat struct {
	t      testing.TB
	serial string
	key    *rsa.PrivateKey
	apiv3  []byte
}

func newWeChat(t testing.TB, serial, keyFile, apiv3File string) wechat {
	t.Helper()
	block, _ := pem.Decode(read(t, keyFile))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	must(t, err)
	return wechat{t: t, serial: serial, key: key.(*rsa.PrivateKey), apiv3: read(t, apiv3File)}
}

const (
	mainSerial    = "PUB_KEY_ID_0119000001092023111500112233445566"
	otherSerial   = "PUB_KEY_ID_0119000001092023111500000000000002"
	partnerSerial = "PUB_KEY_ID_0219000002082023111500000000000001"
)

func mainWeChat(t testing.TB) wechat {
	return newWeChat(t, mainSerial, "wechat_private.pem", "apiv3_key")
}
func partnerWeChat(t testing.TB) wechat {
	return newWeChat(t, partnerSerial, "second_private.pem", "second_apiv3_key")
}

// notification is an envelope around a sealed entity (wechat-protocol.md §7.2).
func (w wechat) notification(eventType, entity string) []byte {
	return w.envelope(eventType, entity, "payscore")
}

func (w wechat) envelope(eventType, entity, aad string) []byte {
	block, err := aes.NewCipher(w.apiv3)
	must(w.t, err)
	aead, err := cipher.NewGCM(block)
	must(w.t, err)
	nonce := rand.Text()[:12]
	sealed := aead.Seal(nil, []byte(nonce), []byte(entity), []byte(aad))
	resource := map[string]string{
		"original_type": "payscore", "algorithm": "AEAD_AES_256_GCM", "nonce": nonce,
		"ciphertext": base64.StdEncoding.EncodeToString(sealed),
	}
	if aad != "" {
		resource["associated_data"] = aad
	}
	body, err := json.Marshal(map[string]any{
		"id": "EV-" + rand.Text(), "create_time": "2023-11-15T06:15:04+08:00", "event_type": eventType,
		"resource_type": "encrypt-resource", "summary": "-", "resource": resource,
	})
	must(w.t, err)
	return body
}

// signed are the headers of a delivery of body, made now (§1.3).
func (w wechat) signed(now time.Time, body []byte) http.Header {
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()
	sum := sha256.Sum256([]byte(timestamp + "\n" + nonce + "\n" + string(body) + "\n"))
	signature, err := rsa.SignPKCS1v15(nil, w.key, crypto.SHA256, sum[:])
	must(w.t, err)
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("Wechatpay-Timestamp", timestamp)
	h.Set("Wechatpay-Nonce", nonce)
	h.Set("Wechatpay-Serial", w.serial)
	h.Set("Wechatpay-Signature", base64.StdEncoding.EncodeToString(signature))
	h.Set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
	h.Set("Request-ID", "08"+rand.Text()+"-0")
	return h
}

// entity is a paid order of the golden vector's merchant with some fields replaced; nil removes one.
func entity(t testing.TB, replace map[string]any) string {
	t.Helper()
	var e map[string]any
	d := json.NewDecoder(bytes.NewReader(read(t, "golden_entity.json")))
	d.UseNumber()
	must(t, d.Decode(&e))
	for k, v := range replace {
		if e[k] = v; v == nil {
			delete(e, k)
		}
	}
	b, err := json.Marshal(e)
	must(t, err)
	return string(b)
}

// paid is news that the order with this number was paid.
func paid(t testing.TB, outOrderNo string) string {
	return entity(t, map[string]any{"out_order_no": outOrderNo})
}

// client keeps as many connections as the tests use at once.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}

// deliver posts one delivery and reads its answer.
func deliver(t testing.TB, url string, h http.Header, body []byte) (status int, answer string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	must(t, err)
	r.Header = h
	resp, err := client.Do(r)
	must(t, err)
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp.StatusCode, string(got)
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	must(t, err)
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
