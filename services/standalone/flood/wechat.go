package flood

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// wechat is WeChat's side of one account: it seals and signs (wechat-protocol.md §1.3, §7.2). It is made with the standard
// library only, so that it cannot share a misreading with the code under test.
type wechat struct {
	// door is the account's path at our door.
	door   string
	mchID  string
	serial string
	key    *rsa.PrivateKey
	apiv3  []byte
}

// The four headers that sign a body, in the spelling of net/http.
const (
	timestampHeader = "Wechatpay-Timestamp"
	nonceHeader     = "Wechatpay-Nonce"
	serialHeader    = "Wechatpay-Serial"
	signatureHeader = "Wechatpay-Signature"
)

// delivery is one request to a door. Its parts are not changed once it is made: copies share them.
type delivery struct {
	method, path string
	header       http.Header
	body         []byte
}

// notification is the envelope before it is written (§7.2).
type notification struct {
	ID           string   `json:"id"`
	CreateTime   string   `json:"create_time"`
	ResourceType string   `json:"resource_type"`
	EventType    string   `json:"event_type"`
	Summary      string   `json:"summary"`
	Resource     resource `json:"resource"`
}

type resource struct {
	OriginalType   string `json:"original_type"`
	Algorithm      string `json:"algorithm"`
	Ciphertext     string `json:"ciphertext"`
	AssociatedData string `json:"associated_data"`
	Nonce          string `json:"nonce"`
}

// notify tells the fact: a new notification with an id, a seal and a signature of its own, made at a time.
func (w wechat) notify(r *rand.Rand, now time.Time, f fact) delivery {
	return w.deliver(r, now, written(w.seal(r, now, f, w.apiv3)))
}

// seal makes the notification of a fact; another key than the account's makes it unreadable to us.
func (w wechat) seal(r *rand.Rand, now time.Time, f fact, key []byte) notification {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // a key of 32 bytes is always one
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES is always 16 bytes wide
	}
	const aad = "payscore"
	nonce := word(r, 12)
	return notification{
		ID: "EV-" + word(r, 24), CreateTime: now.Format(time.RFC3339), ResourceType: "encrypt-resource", EventType: f.eventType(),
		Summary: "支付成功", Resource: resource{
			OriginalType: "payscore", Algorithm: "AEAD_AES_256_GCM", AssociatedData: aad, Nonce: nonce,
			Ciphertext: base64.StdEncoding.EncodeToString(aead.Seal(nil, []byte(nonce), []byte(f.entity(w.mchID)), []byte(aad))),
		},
	}
}

func written(n notification) []byte {
	body, err := json.Marshal(n)
	if err != nil {
		panic(err) // texts and structs always marshal
	}
	return body
}

// deliver signs any body as one made at a time, and addresses it to the account's door.
func (w wechat) deliver(r *rand.Rand, at time.Time, body []byte) delivery {
	h := http.Header{
		"Content-Type":             {"application/json"},
		"Wechatpay-Signature-Type": {"WECHATPAY2-SHA256-RSA2048"},
		"Request-Id":               {"08" + word(r, 20) + "-0"},
		serialHeader:               {w.serial},
		nonceHeader:                {word(r, 32)},
		timestampHeader:            {strconv.FormatInt(at.Unix(), 10)},
	}
	h[signatureHeader] = []string{w.sign(h[timestampHeader][0], h[nonceHeader][0], body)}
	return delivery{method: http.MethodPost, path: w.door, header: h, body: body}
}

func (w wechat) sign(timestamp, nonce string, body []byte) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n", timestamp, nonce, body))
	signature, err := rsa.SignPKCS1v15(nil, w.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // a key of 2048 bits signs every SHA-256
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// word is n letters and digits.
func word(r *rand.Rand, n int) string {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}
