package wechatpay

import (
	"context"
	"crypto/rsa"
	"sync/atomic"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
)

// KeyRing holds every key WeChat may sign with for one account, by serial: public keys (微信支付公钥) from the
// configuration and platform certificates (平台证书) that were downloaded, both at once, as the 7-day switch needs
// (wechat-protocol.md §1.3). Safe for concurrent use; verifying takes no lock.
type KeyRing struct {
	keys   atomic.Pointer[keySet]
	source *certificateSource // nil when the account downloads no certificates
	o      Options
	wake   chan struct{} // one pending wish for a refresh
	turn   chan struct{} // held by the one refresh that runs
	// lastTry and lastErr belong to the holder of turn, except that lastTry is also read by Run.
	lastTry atomic.Pointer[time.Time]
	lastErr error
}

// VerifyKey describes a key of the ring: for alarms before a certificate expires.
type VerifyKey struct {
	// Serial is the certificate serial, or the PUB_KEY_ID_ of a public key.
	Serial string
	// NotBefore and NotAfter bound a certificate; both are zero for a public key, which does not expire.
	NotBefore, NotAfter time.Time
}

// Certificate reports a platform certificate; false is a public key.
func (k VerifyKey) Certificate() bool { return !k.NotAfter.IsZero() }

// keySet never changes once it is in the ring.
type keySet struct {
	list   []ringKey
	serial map[string]ringKey
}

type ringKey struct {
	VerifyKey
	verifier auth.Verifier
}

// NewKeyRing is the ring of an account loaded ToCall or ToReceive. Public keys are there at once; certificates come
// with the first Refresh, which Run makes at its start. Errors are Terminal: an option or key is missing.
func NewKeyRing(a *Account, o Options) (*KeyRing, error) {
	o, err := o.Checked()
	if err != nil {
		return nil, err
	}
	r := &KeyRing{o: o, wake: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
	if a.certificates {
		if r.source, err = newCertificateSource(a, o); err != nil {
			return nil, err
		}
	}
	var keys []ringKey
	for _, k := range a.publicKeys {
		keys = append(keys, newRingKey(VerifyKey{Serial: k.id}, k.key))
	}
	r.keys.Store(newKeySet(keys))
	return r, nil
}

func newRingKey(k VerifyKey, public *rsa.PublicKey) ringKey {
	return ringKey{VerifyKey: k, verifier: verifiers.NewSHA256WithRSAPubkeyVerifier(k.Serial, *public)}
}

func newKeySet(keys []ringKey) *keySet {
	s := &keySet{list: keys, serial: make(map[string]ringKey, len(keys))}
	for _, k := range keys {
		s.serial[k.Serial] = k
	}
	return s
}

// Keys lists the keys held now, public keys first, in a stable order.
func (r *KeyRing) Keys() []VerifyKey {
	var list []VerifyKey
	for _, k := range r.keys.Load().list {
		list = append(list, k.VerifyKey)
	}
	return list
}

// AcceptSerial is what a request sends as Wechatpay-Serial: the first configured public key, else the valid certificate
// that lasts longest, else "" (nothing held yet).
func (r *KeyRing) AcceptSerial(now time.Time) string {
	best := VerifyKey{}
	for _, k := range r.keys.Load().list {
		if !k.Certificate() {
			return k.Serial
		}
		if k.validAt(now) && k.NotAfter.After(best.NotAfter) {
			best = k.VerifyKey
		}
	}
	return best.Serial
}

func (s *keySet) verify(now time.Time, serial, message, signature string) error {
	k, known := s.serial[serial]
	if !known {
		return reject(UnknownSerial, "no key is held for this Wechatpay-Serial")
	}
	if !k.validAt(now) {
		return reject(OutsideValidity, "the platform certificate of this serial is expired or not valid yet")
	}
	// The verifier computes and does not wait; its text may quote a serial, so it is not passed on.
	if k.verifier.Verify(context.Background(), serial, message, signature) != nil {
		return reject(BadSignature, "the signature is not of this key over these bytes")
	}
	return nil
}

func (k VerifyKey) validAt(now time.Time) bool {
	return !k.Certificate() || (!now.Before(k.NotBefore) && !now.After(k.NotAfter))
}
