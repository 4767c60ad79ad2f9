package wechatpay

import (
	"cmp"
	"context"
	"crypto/rsa"
	"slices"
	"sync/atomic"
	"time"

	"github.com/wechatpay-apiv3/wechatpay-go/core/auth"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"

	"github.com/facepay-go/facepay/pkg/merchant"
)

// KeyRing holds every key WeChat may sign with for one account, by serial: public keys (微信支付公钥) from the
// configuration and platform certificates (平台证书) that were downloaded, both at once, as the 7-day switch needs
// (wechat-protocol.md §1.3). Safe for concurrent use; verifying takes no lock.
type KeyRing struct {
	account *Account
	// downloaded are the platform certificates; they count while the account is configured to have them.
	downloaded atomic.Pointer[keySet]
	// skipped are those of the last list that cannot be used.
	skipped atomic.Pointer[[]error]
	source  certificateSource
	o       Options
	wake    chan struct{} // one pending wish for a refresh
	turn    chan struct{} // held by the one refresh that runs
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
	list []ringKey
	// serial finds a key by its canonicalSerial.
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
	r := &KeyRing{account: a, source: newCertificateSource(a, o), o: o, wake: make(chan struct{}, 1), turn: make(chan struct{}, 1)}
	r.downloaded.Store(newKeySet(nil))
	return r, nil
}

func newRingKey(k VerifyKey, public *rsa.PublicKey) ringKey {
	return ringKey{VerifyKey: k, verifier: verifiers.NewSHA256WithRSAPubkeyVerifier(k.Serial, *public)}
}

func newKeySet(keys []ringKey) *keySet {
	s := &keySet{list: keys, serial: make(map[string]ringKey, len(keys))}
	for _, k := range keys {
		s.serial[canonicalSerial(k.Serial)] = k
	}
	return s
}

func (s *keySet) find(serial string) (ringKey, bool) {
	k, known := s.serial[canonicalSerial(serial)]
	return k, known
}

// find looks a key up among those of now.
func (r *KeyRing) find(serial string) (ringKey, bool) {
	configured := r.account.keys.Load()
	if k, known := configured.public.find(serial); known || !configured.certificates {
		return k, known
	}
	return r.downloaded.Load().find(serial)
}

// held are the keys of now, public keys first.
func (r *KeyRing) held() []ringKey {
	configured := r.account.keys.Load()
	if !configured.certificates {
		return configured.public.list
	}
	return slices.Concat(configured.public.list, r.downloaded.Load().list)
}

// Keys lists the keys held now, public keys first, in a stable order.
func (r *KeyRing) Keys() []VerifyKey {
	var list []VerifyKey
	for _, k := range r.held() {
		list = append(list, k.VerifyKey)
	}
	return list
}

// Skipped tells of each certificate of the last list that cannot be used, and why, by its serial.
func (r *KeyRing) Skipped() []error {
	if skipped := r.skipped.Load(); skipped != nil {
		return *skipped
	}
	return nil
}

// AcceptSerial is what a request sends as Wechatpay-Serial, the key its answer is wanted signed with: the first
// configured public key, else the valid certificate that lasts longest, else "" (nothing held yet). An account with
// answers_signed_by: certificate asks for the certificate first.
func (r *KeyRing) AcceptSerial(now time.Time) string {
	public, longest := "", VerifyKey{}
	for _, k := range r.held() {
		switch {
		case !k.Certificate() && public == "":
			public = k.Serial
		case k.Certificate() && k.validAt(now) && k.NotAfter.After(longest.NotAfter):
			longest = k.VerifyKey
		}
	}
	if r.account.keys.Load().answersBy == merchant.ByCertificate {
		return cmp.Or(longest.Serial, public)
	}
	return cmp.Or(public, longest.Serial)
}

// verify checks a signature by the key, which the caller found valid now.
func (k ringKey) verify(message, signature string) error {
	// The verifier computes and does not wait; its text may quote a serial, so it is not passed on.
	if k.verifier.Verify(context.Background(), k.Serial, message, signature) != nil {
		return reject(BadSignature, "the signature is not of this key over these bytes")
	}
	return nil
}

func (k VerifyKey) validAt(now time.Time) bool {
	return !k.Certificate() || (!now.Before(k.NotBefore) && !now.After(k.NotAfter))
}
