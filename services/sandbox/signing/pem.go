package signing

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"

	"github.com/facepay-go/facepay/pkg/fault"
)

// ParsePrivateKey reads an RSA private key in PKCS8 PEM. Errors are of class Terminal and never show the key.
func ParsePrivateKey(text []byte) (*rsa.PrivateKey, error) {
	block, err := decodePEM(text)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block)
	if err != nil {
		return nil, fault.New(fault.Terminal, "private_key", "not a PKCS8 private key")
	}
	if key, ok := parsed.(*rsa.PrivateKey); ok {
		return key, nil
	}
	return nil, fault.New(fault.Terminal, "private_key", "not an RSA key")
}

// ParsePublicKey reads an RSA public key (PKIX) or the key of a certificate, PEM. Errors are of class Terminal.
func ParsePublicKey(text []byte) (*rsa.PublicKey, error) {
	block, err := decodePEM(text)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKIXPublicKey(block)
	if err != nil {
		certificate, certErr := x509.ParseCertificate(block)
		if certErr != nil {
			return nil, fault.Wrap(err, fault.Terminal, "public_key", "neither a public key nor a certificate")
		}
		parsed = certificate.PublicKey
	}
	if key, ok := parsed.(*rsa.PublicKey); ok {
		return key, nil
	}
	return nil, fault.New(fault.Terminal, "public_key", "not an RSA key")
}

// ParseCertificate reads an X.509 certificate, PEM. Errors are of class Terminal.
func ParseCertificate(text []byte) (*x509.Certificate, error) {
	block, err := decodePEM(text)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(block)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "certificate", "reading a certificate")
	}
	return certificate, nil
}

func decodePEM(text []byte) ([]byte, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fault.New(fault.Terminal, "pem", "no PEM block found")
	}
	return block.Bytes, nil
}
