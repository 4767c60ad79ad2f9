package signing

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// IssueCertificate makes a new platform certificate (平台证书) that is valid for five years from a time.
func IssueCertificate(from time.Time) (Certified, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 158))
	if err != nil {
		return Certified{}, fault.Wrap(err, fault.Terminal, "certificate", "drawing a serial")
	}
	// The second highest bit set makes 40 hex digits, and keeps the number positive.
	return selfSigned("Tenpay.com sandbox platform", serial.SetBit(serial, 158, 1), from)
}

// selfSigned: nobody checks the issuer of a platform certificate, it comes sealed with the APIv3 key (wechat-protocol.md
// §1.4).
func selfSigned(name string, serial *big.Int, from time.Time) (Certified, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return Certified{}, fault.Wrap(err, fault.Terminal, "rsa_generate", "making a platform certificate's key")
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: from.AddDate(5, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return Certified{}, fault.Wrap(err, fault.Terminal, "certificate", "issuing a platform certificate")
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return Certified{}, fault.Wrap(err, fault.Terminal, "certificate", "reading a platform certificate")
	}
	return NewCertified(certificate, key), nil
}

// NewCertified is a certificate with its private key.
func NewCertified(certificate *x509.Certificate, private *rsa.PrivateKey) Certified {
	return Certified{Key: Key{Serial: CertificateSerial(certificate), Private: private}, Certificate: certificate}
}
