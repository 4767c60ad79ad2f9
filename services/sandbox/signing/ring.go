package signing

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"hash/fnv"
	"strings"
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
// seven-day switch both at once (wechat-protocol.md §1.3).
type Ring struct {
	// Certificate is nil for an account that never had platform certificates.
	Certificate *x509.Certificate
	// CertificateKey belongs to Certificate.
	CertificateKey *rsa.PrivateKey
	// PublicKey is nil for an account that has not started the switch.
	PublicKey *Key
	// CallbackShare is how many percent of the callbacks are signed by the public key while both are there.
	CallbackShare int
}

// ForAnswer chooses the key of an answer by what the caller asked for with Wechatpay-Serial. Nothing asked means the
// certificate; an account with one kind only is signed with that kind whatever was asked. What WeChat does with a
// serial nobody knows is not established; here it counts as nothing asked.
func (r Ring) ForAnswer(asked string) Key {
	if r.PublicKey != nil && (r.Certificate == nil || asked == r.PublicKey.Serial) {
		return *r.PublicKey
	}
	return Key{Serial: CertificateSerial(r.Certificate), Private: r.CertificateKey}
}

// ForCallback chooses the key of a callback: WeChat controls the share. The same notice always gets the same key.
func (r Ring) ForCallback(noticeID string) Key {
	if r.PublicKey == nil || r.Certificate == nil {
		return r.ForAnswer("")
	}
	h := fnv.New32a()
	h.Write([]byte(noticeID))
	if int(h.Sum32()%100) < r.CallbackShare {
		return *r.PublicKey
	}
	return r.ForAnswer("")
}

// CertificateSerial is a certificate's serial number as WeChat writes it: 40 upper-case hex digits.
func CertificateSerial(certificate *x509.Certificate) string {
	return strings.ToUpper(fmt.Sprintf("%040x", certificate.SerialNumber))
}
