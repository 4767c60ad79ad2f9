package wechatpay

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
)

// Window is how far the timestamp of a signed message may be from now: less than this, in both directions (§1.3).
const Window = 300 * time.Second

// probePrefix starts the signature of a probe (签名探测, §7.4).
const probePrefix = "WECHATPAY/SIGNTEST/"

// VerifySigned checks that WeChat signed body with the headers of h, within Window of now: an answer (§1.3) or a
// notification (§7.2). body is the bytes as received; a 204 has none. The error has a Reason. It never waits: an
// unknown serial fails, and wakes the refresh of Run.
func (r *KeyRing) VerifySigned(now time.Time, h http.Header, body []byte) error {
	err := verifySigned(now, h, body, r.find)
	r.refreshAfter(err)
	return err
}

// CheckHeaders checks all that can be checked of a signed message before its body is there: the four headers are present,
// the timestamp is within Window of now, and the serial names a key that is held and valid now. nil says nothing about
// the signature. Its errors and its refresh are those of VerifySigned.
func (r *KeyRing) CheckHeaders(now time.Time, h http.Header) error {
	_, err := keyFor(now, h, r.find)
	r.refreshAfter(err)
	return err
}

// refreshAfter wakes the refresh of Run when a download of certificates may mend err.
func (r *KeyRing) refreshAfter(err error) {
	if reason := ReasonOf(err); reason == UnknownSerial || reason == OutsideValidity {
		r.askRefresh()
	}
}

// verifySigned verifies by the key that the headers name.
func verifySigned(now time.Time, h http.Header, body []byte, find func(serial string) (ringKey, bool)) error {
	key, err := keyFor(now, h, find)
	if err != nil {
		return err
	}
	timestamp, nonce, signature := h.Get(consts.WechatPayTimestamp), h.Get(consts.WechatPayNonce), h.Get(consts.WechatPaySignature)
	err = key.verify(timestamp+"\n"+nonce+"\n"+string(body)+"\n", signature)
	if ReasonOf(err) == BadSignature && strings.HasPrefix(signature, probePrefix) {
		return reject(SignProbe, "WeChat probed whether signatures are verified")
	}
	return err
}

// keyFor finds the key by the serial in the headers: it never assumes one (§1.3).
func keyFor(now time.Time, h http.Header, find func(serial string) (ringKey, bool)) (ringKey, error) {
	timestamp, nonce := h.Get(consts.WechatPayTimestamp), h.Get(consts.WechatPayNonce)
	serial, signature := h.Get(consts.WechatPaySerial), h.Get(consts.WechatPaySignature)
	if timestamp == "" || nonce == "" || serial == "" || signature == "" {
		return ringKey{}, reject(MissingHeader, "one of Wechatpay-Timestamp, -Nonce, -Serial, -Signature is absent")
	}
	if err := withinWindow(now, timestamp); err != nil {
		return ringKey{}, err
	}
	key, known := find(serial)
	if !known {
		return ringKey{}, reject(UnknownSerial, "no key is held for this Wechatpay-Serial")
	}
	if !key.validAt(now) {
		return ringKey{}, reject(OutsideValidity, "the platform certificate of this serial is expired or not valid yet")
	}
	return key, nil
}

func withinWindow(now time.Time, timestamp string) error {
	signedAt, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || signedAt < 0 {
		return reject(MissingHeader, "Wechatpay-Timestamp is not unix seconds")
	}
	// Whole seconds, as the SDK counts them.
	apart := now.Unix() - signedAt
	if apart < 0 {
		apart = -apart
	}
	if apart >= int64(Window/time.Second) {
		return reject(Stale, "Wechatpay-Timestamp is 300 s or more away from our clock")
	}
	return nil
}
