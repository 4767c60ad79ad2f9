package sandbox

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// keyMaker makes keys and keeps the first error.
type keyMaker struct {
	now time.Time
	err error
}

type authority struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
}

func (k *keyMaker) key() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil && k.err == nil {
		k.err = fault.Wrap(err, fault.Terminal, "keys_make", "making an RSA key")
	}
	return key
}

func (k *keyMaker) text(draw func(io.Reader, int) (string, error), n int) string {
	text, err := draw(rand.Reader, n)
	if err != nil && k.err == nil {
		k.err = err
	}
	return text
}

func (k *keyMaker) authority() authority {
	key := k.key()
	template := k.template("facepay sandbox CA")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	return authority{key, k.sign(template, template, key, key)}
}

func (k *keyMaker) issue(ca authority, name string) (*rsa.PrivateKey, *x509.Certificate) {
	key := k.key()
	return key, k.sign(k.template(name), ca.certificate, key, ca.key)
}

// template: platform certificates are valid for five years (wechat-protocol.md, credential inventory).
func (k *keyMaker) template(name string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 158))
	if err != nil && k.err == nil {
		k.err = fault.Wrap(err, fault.Terminal, "keys_make", "drawing a serial")
	}
	// The second highest bit set makes 40 hex digits, and keeps the number positive.
	serial.SetBit(serial, 158, 1)
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: k.now, NotAfter: k.now.AddDate(5, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature}
}

func (k *keyMaker) sign(template, parent *x509.Certificate, key, by *rsa.PrivateKey) *x509.Certificate {
	if k.err != nil {
		return nil
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err == nil {
		var certificate *x509.Certificate
		if certificate, err = x509.ParseCertificate(der); err == nil {
			return certificate
		}
	}
	k.err = fault.Wrap(err, fault.Terminal, "keys_make", "issuing a certificate")
	return nil
}

func certificatePEM(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

func privatePEM(key *rsa.PrivateKey) string {
	der, _ := x509.MarshalPKCS8PrivateKey(key) // an RSA key always can
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func publicPEM(key *rsa.PublicKey) string {
	der, _ := x509.MarshalPKIXPublicKey(key) // an RSA key always can
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
