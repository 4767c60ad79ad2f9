package signing

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"

	"github.com/facepay-go/facepay/pkg/fault"
)

// PublicKeyPrefix starts the id of every WeChat Pay public key (微信支付公钥); a platform certificate's serial is plain
// hex (wechat-protocol.md §1.3).
const PublicKeyPrefix = "PUB_KEY_ID_"

// Key is a key pair WeChat Pay signs with, under the name that goes into Wechatpay-Serial.
type Key struct {
	Serial  string
	Private *rsa.PrivateKey
}

// Ring is what one merchant account is signed with: a platform certificate (平台证书), a public key, or during the
// seven-day switch both at once (wechat-protocol.md §1.3). While a certificate is replaced two of them are valid at once
// (§1.4). It changes while it is used, and is safe for concurrent use.
type Ring struct {
	mu sync.RWMutex
	// certificates are all that are listed, the oldest first; none for an account that never had any.
	certificates []Certified
	// signer is the index of the certificate that signs.
	signer int
	// public is nil for an account without a public key.
	public *Key
	// begun is whether the switch to the public key was started: before that the certificate signs whatever is asked.
	begun bool
	// share is how many per mille of the callbacks the public key signs during the switch.
	share int
}

// Certified is a platform certificate with its key.
type Certified struct {
	Key
	Certificate *x509.Certificate
}

// NewRing makes a ring of a certificate, a public key, or both: then the switch is under way, with so many per mille of the
// callbacks signed by the public key, or not begun when that is negative. One of the two may be nil.
func NewRing(certificate *Certified, public *Key, share int) *Ring {
	r := &Ring{public: public, begun: share >= 0, share: max(share, 0)}
	if certificate != nil {
		r.certificates = []Certified{*certificate}
	}
	return r
}

// Certificates are all that GET /v3/certificates lists, the oldest first.
func (r *Ring) Certificates() []*x509.Certificate { return r.State().Certificates }

// ForAnswer chooses the key of an answer by what the caller asked for with Wechatpay-Serial. Nothing asked means the
// certificate; an account with one kind only is signed with that kind whatever was asked, and so is one that has not begun
// the switch. Of two certificates the one asked for signs: that is our reading of "the serial the caller wants" (§1.1). What
// WeChat does with a serial nobody knows is not established; here it counts as nothing asked.
func (r *Ring) ForAnswer(asked string) Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.public != nil && (len(r.certificates) == 0 || r.begun && asked == r.public.Serial) {
		return *r.public
	}
	for _, c := range r.certificates {
		if c.Serial == asked {
			return c.Key
		}
	}
	return r.certificates[r.signer].Key
}

// ForCallback chooses the key of a callback: WeChat controls the share. The same notice always gets the same kind of key.
func (r *Ring) ForCallback(noticeID string) Key {
	h := fnv.New32a()
	h.Write([]byte(noticeID))
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.public != nil && (len(r.certificates) == 0 || r.begun && int(h.Sum32()%1000) < r.share) {
		return *r.public
	}
	return r.certificates[r.signer].Key
}

// Issue lists a further certificate. The one before it still signs. Errors are of class Conflict.
func (r *Ring) Issue(c Certified) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.certificates) != 1 {
		return fault.New(fault.Conflict, "certificates", "the account has %d certificates, a further one needs exactly one", len(r.certificates))
	}
	r.certificates = append(r.certificates, c)
	return nil
}

// Rotate lets the newest certificate sign. Both are still listed.
func (r *Ring) Rotate() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signer >= len(r.certificates)-1 {
		return fault.New(fault.Conflict, "certificates", "there is no newer certificate")
	}
	r.signer++
	return nil
}

// Retire drops the certificate that signs no more from the list.
func (r *Ring) Retire() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.signer == 0 {
		return fault.New(fault.Conflict, "certificates", "there is no certificate that was replaced")
	}
	r.certificates, r.signer = r.certificates[r.signer:], 0
	return nil
}

// Switch sets how many per mille of the callbacks the public key signs, and begins the switch if it was not begun.
func (r *Ring) Switch(share int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.public == nil || len(r.certificates) == 0 {
		return fault.New(fault.Conflict, "keys", "only an account with a certificate and a public key can switch")
	}
	r.begun, r.share = true, share
	return nil
}

// State is a ring at one moment.
type State struct {
	Certificates []*x509.Certificate
	// Signer is the serial of the certificate that signs, PublicKeyID the public key's; "" for none.
	Signer, PublicKeyID string
	// Switching reports that the switch was begun, Share the per mille of callbacks that the public key signs.
	Switching bool
	Share     int
}

// State shows the ring.
func (r *Ring) State() State {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var s State
	for _, c := range r.certificates {
		s.Certificates = append(s.Certificates, c.Certificate)
	}
	if len(r.certificates) > 0 {
		s.Signer = r.certificates[r.signer].Serial
	}
	if r.public != nil {
		s.PublicKeyID = r.public.Serial
		s.Switching, s.Share = r.begun && len(r.certificates) > 0, r.share
	}
	return s
}

// CertificateSerial is a certificate's serial number as WeChat writes it: 40 upper-case hex digits.
func CertificateSerial(certificate *x509.Certificate) string {
	return strings.ToUpper(fmt.Sprintf("%040x", certificate.SerialNumber))
}
