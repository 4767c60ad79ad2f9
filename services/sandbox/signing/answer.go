package signing

import (
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
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
	// OldKey is signed by the former platform certificate, which is named.
	OldKey
	// UnknownKey is signed by a stranger under a serial of his own.
	UnknownKey
	// Stale was signed ten minutes before its time, outside the window of five (wechat-protocol.md §1.3).
	Stale
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
	if h.Spoil == Stale {
		h.At = h.At.Add(-10 * time.Minute)
	}
	timestamp := strconv.FormatInt(h.At.Unix(), 10)
	key, err := h.key()
	if err != nil {
		return nil, err
	}
	signature, err := h.sign(key, AnswerMessage(timestamp, nonce, body))
	if err != nil {
		return nil, err
	}
	headers := http.Header{}
	headers.Set("Wechatpay-Timestamp", timestamp)
	headers.Set("Wechatpay-Nonce", nonce)
	headers.Set("Wechatpay-Signature", signature)
	headers.Set("Wechatpay-Serial", key.Serial)
	headers.Set("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048")
	headers.Set("Request-ID", requestID)
	return headers, nil
}

// key is what signs, under the serial that is named.
func (h AnswerHeaders) key() (Key, error) {
	switch h.Spoil {
	case WrongKey, UnknownKey:
		stranger, err := strangersKey()
		if err != nil {
			return Key{}, err
		}
		if h.Spoil == WrongKey {
			return Key{Serial: h.Key.Serial, Private: stranger}, nil
		}
		return Key{Serial: strangersSerial(h.Key.Serial), Private: stranger}, nil
	case OldKey:
		former, err := formerCertificate()
		return former.Key, err
	}
	return h.Key, nil
}

func (h AnswerHeaders) sign(key Key, message []byte) (string, error) {
	signature, err := Sign(key.Private, message)
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

// RequestID is the Request-ID header: hex, a dash, and the internal error code (wechat-protocol.md §1.5).
func RequestID(random io.Reader, internalCode int64) (string, error) {
	raw := make([]byte, 12)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fault.Wrap(err, fault.Retry, "random", "reading randomness")
	}
	return strings.ToUpper("08"+hex.EncodeToString(raw)) + "-" + strconv.FormatInt(internalCode, 10), nil
}
