package signing

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Spoil is what is wrong with a signature on purpose.
type Spoil uint8

const (
	// Sound is a right signature.
	Sound Spoil = iota
	// ProbeUndecodable has WECHATPAY/SIGNTEST/ before the right signature: it is not base64 (wechat-protocol.md §11.6 a).
	ProbeUndecodable
	// ProbeWrong has it in place of the first 19 characters: it decodes and does not verify (§11.6 b).
	ProbeWrong
	// WrongKey is signed by a key that is not the one named.
	WrongKey
)

const probe = "WECHATPAY/SIGNTEST/"

// AnswerHeaders describes the Wechatpay-* headers of an answer or callback (wechat-protocol.md §1.3).
type AnswerHeaders struct {
	Key   Key
	At    time.Time
	Spoil Spoil
	// InternalCode is WeChat's error code behind the dash of Request-ID, 0 for none.
	InternalCode int64
}

// Sign makes the headers for body.
func (h AnswerHeaders) Sign(body []byte, random io.Reader) (http.Header, error) {
	nonce, err := Nonce(random, 32)
	if err != nil {
		return nil, err
	}
	requestID, err := RequestID(random, h.InternalCode)
	if err != nil {
		return nil, err
	}
	timestamp := strconv.FormatInt(h.At.Unix(), 10)
	signature, err := h.sign(AnswerMessage(timestamp, nonce, body))
	if err != nil {
		return nil, err
	}
	headers := http.Header{}
	headers.Set("Wechatpay-Timestamp", timestamp)
	headers.Set("Wechatpay-Nonce", nonce)
	headers.Set("Wechatpay-Signature", signature)
	headers.Set("Wechatpay-Serial", h.Key.Serial)
	headers.Set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
	headers.Set("Request-ID", requestID)
	return headers, nil
}

func (h AnswerHeaders) sign(message []byte) (string, error) {
	private := h.Key.Private
	if h.Spoil == WrongKey {
		stranger, err := strangersKey()
		if err != nil {
			return "", err
		}
		private = stranger
	}
	signature, err := Sign(private, message)
	switch {
	case err != nil:
		return "", err
	case h.Spoil == ProbeUndecodable:
		return probe + signature, nil
	case h.Spoil == ProbeWrong:
		return probe + signature[len(probe):], nil
	}
	return signature, nil
}

// strangersKey signs what must not verify. It is made on first use: few sandboxes need it.
var strangersKey = sync.OnceValues(func() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "rsa_generate", "making a stranger's key")
	}
	return key, nil
})

// RequestID is the Request-ID header: hex, a dash, and the internal error code (wechat-protocol.md §1.5).
func RequestID(random io.Reader, internalCode int64) (string, error) {
	raw := make([]byte, 12)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fault.Wrap(err, fault.Retry, "random", "reading randomness")
	}
	return strings.ToUpper("08"+hex.EncodeToString(raw)) + "-" + strconv.FormatInt(internalCode, 10), nil
}
