package wechatpay

import (
	"github.com/facepay-go/facepay/pkg/fault"
)

// Reason is why something signed or sealed by WeChat was not accepted. It is the code of the error, and a counter's
// label: the set is closed.
type Reason string

const (
	// MissingHeader: one of the four Wechatpay-* headers is absent or malformed (§1.3).
	MissingHeader Reason = "missing_header"
	// Stale: the timestamp is 300 s or more away from now, in either direction (§1.3).
	Stale Reason = "stale"
	// SignProbe: a signature probe (签名探测) of WeChat's; it failed through the ordinary verification (§7.4).
	SignProbe Reason = "sign_probe"
	// UnknownSerial: no key of this serial is held; a refresh was asked for. WeChat will deliver again.
	UnknownSerial Reason = "unknown_serial"
	// OutsideValidity: the platform certificate of this serial has expired or is not valid yet.
	OutsideValidity Reason = "outside_validity"
	// BadSignature: the signature is not of this key over these bytes.
	BadSignature Reason = "bad_signature"
	// BadEnvelope: the verified body is not a notification (§7.2).
	BadEnvelope Reason = "bad_envelope"
	// BadAlgorithm: the resource is not AEAD_AES_256_GCM.
	BadAlgorithm Reason = "bad_algorithm"
	// BadNonce: the resource's nonce is not 12 bytes.
	BadNonce Reason = "bad_nonce"
	// DecryptFailed: the resource does not open: wrong APIv3 key, or changed bytes.
	DecryptFailed Reason = "decrypt_failed"
	// BadEntity: the decrypted resource is not the entity its event type promises (§7.3).
	BadEntity Reason = "bad_entity"
)

// ReasonOf is the reason of err, "" when err is not a rejection of this package or of notify.
func ReasonOf(err error) Reason {
	switch r := Reason(fault.CodeOf(err)); r {
	case MissingHeader, Stale, SignProbe, UnknownSerial, OutsideValidity, BadSignature,
		BadEnvelope, BadAlgorithm, BadNonce, DecryptFailed, BadEntity:
		return r
	default:
		return ""
	}
}

// Reject makes the error of a reason. An unknown serial may be known a minute later, so it is Retry; the rest is
// Terminal for these bytes. The text never quotes what was received.
func Reject(r Reason, text string) error { return reject(r, text) }

func reject(r Reason, text string) *fault.Error {
	class := fault.Terminal
	if r == UnknownSerial {
		class = fault.Retry
	}
	return fault.New(class, string(r), "%s", text)
}
