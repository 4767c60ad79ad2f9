package sandbox_test

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox"
)

// client is a minimal WeChat Pay merchant, written from the protocol and sharing nothing with the sandbox.
type client struct {
	world    *world
	mchID    string
	private  *rsa.PrivateKey
	serial   string
	v2, v3   string
	ask      string // Wechatpay-Serial to ask for
	wechat   map[string]*rsa.PublicKey
	platform string
	public   string
}

func newClient(t testing.TB, w *world, k *sandbox.DevKeys) *client {
	t.Helper()
	m := k.Merchant(mchID, appID)
	text, err := os.ReadFile(filepath.Join(k.Dir, sandbox.MerchantKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(text)
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	platform := fmt.Sprintf("%040X", m.Certificate.SerialNumber)
	return &client{world: w, mchID: mchID, private: private.(*rsa.PrivateKey), serial: k.MerchantSerial, v2: m.APIv2Key.Reveal(), v3: m.APIv3Key.Reveal(),
		ask: k.PublicKeyID, platform: platform, public: k.PublicKeyID,
		wechat: map[string]*rsa.PublicKey{platform: m.Certificate.PublicKey.(*rsa.PublicKey), k.PublicKeyID: &m.PublicKeyPrivate.PublicKey}}
}

// result is an answer; bad says why its signature does not hold.
type result struct {
	status int
	body   []byte
	header http.Header
	bad    error
}

func (r result) json(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(r.body, &m); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	return m
}

// code is the error code with the internal code of Request-ID: "INVALID_REQUEST-271316598".
func (r result) code(t testing.TB) string {
	t.Helper()
	_, internal, _ := strings.Cut(r.header.Get("Request-ID"), "-")
	code, _ := r.json(t)["code"].(string)
	return code + "-" + internal
}

func (c *client) sign(method, uri, timestamp, nonce string, body []byte) string {
	message := method + "\n" + uri + "\n" + timestamp + "\n" + nonce + "\n" + string(body) + "\n"
	digest := sha256.Sum256([]byte(message))
	signature, err := rsa.SignPKCS1v15(rand.Reader, c.private, crypto.SHA256, digest[:])
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

func (c *client) request(method, uri string, body []byte) *http.Request {
	r, err := http.NewRequestWithContext(c.world.t.Context(), method, c.world.url+uri, bytes.NewReader(body))
	if err != nil {
		c.world.t.Fatal(err)
	}
	timestamp := strconv.FormatInt(c.world.clock.Now().Unix(), 10)
	r.Header.Set("Authorization", fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",signature="%s"`,
		c.mchID, "593BEC0C930BF1AFEB40B4A08C8FB242", timestamp, c.serial, c.sign(method, r.URL.RequestURI(), timestamp, "593BEC0C930BF1AFEB40B4A08C8FB242", body)))
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Wechatpay-Serial", c.ask)
	return r
}

// send makes the request and checks the answer's signature.
func (c *client) send(r *http.Request) (result, error) {
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return result{}, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return result{}, err
	}
	return result{answer.StatusCode, body, answer.Header, c.check(answer.Header, body)}, nil
}

// call sends and fails the test unless an answer comes.
func (c *client) call(t testing.TB, method, uri string, body any) result {
	t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			t.Fatal(err)
		}
	}
	r, err := c.send(c.request(method, uri, raw))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// check verifies Wechatpay-* headers over a body.
func (c *client) check(h http.Header, body []byte) error {
	key := c.wechat[h.Get("Wechatpay-Serial")]
	if key == nil {
		return errors.New("signed by nobody known")
	}
	seconds, err := strconv.ParseInt(h.Get("Wechatpay-Timestamp"), 10, 64)
	if off := c.world.clock.Now().Unix() - seconds; err != nil || off > 299 || off < -299 {
		return fmt.Errorf("timestamp off by %d s", off)
	}
	signature, err := base64.StdEncoding.DecodeString(h.Get("Wechatpay-Signature"))
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(h.Get("Wechatpay-Timestamp") + "\n" + h.Get("Wechatpay-Nonce") + "\n" + string(body) + "\n"))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], signature)
}

// open decrypts an AEAD resource.
func (c *client) decrypt(t testing.TB, nonce, associated, ciphertext string) []byte {
	t.Helper()
	block, err := aes.NewCipher([]byte(c.v3))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(ciphertext)
	if err != nil {
		t.Fatal(err)
	}
	plaintext, err := aead.Open(nil, []byte(nonce), raw, []byte(associated))
	if err != nil {
		t.Fatal(err)
	}
	return plaintext
}

// notice verifies and decrypts a callback.
func (c *client) notice(t testing.TB, d delivery) (event string, entity map[string]any) {
	t.Helper()
	if err := c.check(d.header, d.body); err != nil {
		t.Fatalf("callback does not verify: %v", err)
	}
	var e struct {
		EventType string `json:"event_type"`
	}
	if err := json.Unmarshal(d.body, &e); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(c.resource(t, d), &entity); err != nil {
		t.Fatal(err)
	}
	return e.EventType, entity
}

// resource is what a callback seals, in the clear.
func (c *client) resource(t testing.TB, d delivery) []byte {
	t.Helper()
	var e struct {
		Resource struct {
			Nonce          string `json:"nonce"`
			AssociatedData string `json:"associated_data"`
			Ciphertext     string `json:"ciphertext"`
		} `json:"resource"`
	}
	if err := json.Unmarshal(d.body, &e); err != nil {
		t.Fatal(err)
	}
	return c.decrypt(t, e.Resource.Nonce, e.Resource.AssociatedData, e.Resource.Ciphertext)
}

// authinfo posts a v2 request, changed at will after it is signed, and returns the flat answer.
func (c *client) authinfo(t testing.TB, change func(signed map[string]string)) map[string]string {
	t.Helper()
	values := authinfoRequest(c.world.clock.Now().Unix())
	values["sign"] = c.signV2(values)
	if change != nil {
		change(values)
	}
	return c.postXML(t, flatten(values))
}

func authinfoRequest(now int64) map[string]string {
	return map[string]string{"appid": appID, "mch_id": mchID, "store_id": "S001", "store_name": "一号店 A&B", "device_id": "KIOSK-0001",
		"rawdata": "q3OPhFtQBf6KZGqm+Zhe/jKCRy5K==", "now": strconv.FormatInt(now, 10), "version": "1", "sign_type": "HMAC-SHA256",
		"nonce_str": "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"}
}

func (c *client) postXML(t testing.TB, body string) map[string]string {
	t.Helper()
	answer, err := http.Post(c.world.url+"/face/get_wxpayface_authinfo", "text/xml", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("v2 answered %d %s", answer.StatusCode, raw)
	}
	return unflatten(string(raw))
}

func (c *client) signV2(values map[string]string) string {
	var pairs []string
	for k, v := range values {
		if k != "sign" && v != "" {
			pairs = append(pairs, k+"="+v)
		}
	}
	slices.Sort(pairs)
	mac := hmac.New(sha256.New, []byte(c.v2))
	mac.Write([]byte(strings.Join(pairs, "&") + "&key=" + c.v2))
	return strings.ToUpper(hex.EncodeToString(mac.Sum(nil)))
}

func flatten(values map[string]string) string {
	var b strings.Builder
	b.WriteString("<xml>")
	for k, v := range values {
		b.WriteString("<" + k + "><![CDATA[" + v + "]]></" + k + ">")
	}
	b.WriteString("</xml>")
	return b.String()
}

// unflatten reads <name><![CDATA[value]]></name> pairs.
func unflatten(text string) map[string]string {
	values := map[string]string{}
	for _, part := range strings.Split(strings.TrimPrefix(text, "<xml>"), "]]>") {
		if open, value, ok := strings.Cut(part, "><![CDATA["); ok {
			values[open[strings.LastIndex(open, "<")+1:]] = value
		}
	}
	return values
}
