package wechattest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// Certificate is a platform certificate of WeChat's with its private half.
type Certificate struct {
	Serial    string
	PEM       string
	Key       *rsa.PrivateKey
	NotBefore time.Time
	NotAfter  time.Time
}

var (
	//go:embed testdata/certificate_a.pem
	certificateA string
	//go:embed testdata/certificate_b.pem
	certificateB string
)

// KeyA and KeyB are two private keys for certificates.
func KeyA(t testing.TB) *rsa.PrivateKey { return private(t, certificateA) }

// KeyB is the other one.
func KeyB(t testing.TB) *rsa.PrivateKey { return private(t, certificateB) }

// NewCertificate makes one over key; serial is 40 hex digits.
func NewCertificate(t testing.TB, key *rsa.PrivateKey, serial string, notBefore, notAfter time.Time) Certificate {
	t.Helper()
	number, ok := new(big.Int).SetString(serial, 16)
	if !ok {
		t.Fatalf("serial %q is not hex", serial)
	}
	template := &x509.Certificate{SerialNumber: number, Subject: pkix.Name{CommonName: "Tenpay.com sign"}, NotBefore: notBefore, NotAfter: notAfter}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return Certificate{Serial: serial, Key: key, NotBefore: notBefore, NotAfter: notAfter,
		PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// CertificateList is the body of GET /v3/certificates (§1.4), sealed with APIv3Key.
func CertificateList(t testing.TB, certificates ...Certificate) string {
	t.Helper()
	return CertificateListSealed(t, APIv3Key, certificates...)
}

// CertificateListSealed is CertificateList sealed with another APIv3 key.
func CertificateListSealed(t testing.TB, apiv3 string, certificates ...Certificate) string {
	t.Helper()
	type sealed struct {
		Algorithm      string `json:"algorithm"`
		Nonce          string `json:"nonce"`
		AssociatedData string `json:"associated_data"`
		Ciphertext     string `json:"ciphertext"`
	}
	type entry struct {
		SerialNo      string `json:"serial_no"`
		EffectiveTime string `json:"effective_time"`
		ExpireTime    string `json:"expire_time"`
		Encrypted     sealed `json:"encrypt_certificate"`
	}
	list := struct {
		Data []entry `json:"data"`
	}{}
	for _, c := range certificates {
		nonce := rand.Text()[:12]
		list.Data = append(list.Data, entry{c.Serial, c.NotBefore.Format(time.RFC3339), c.NotAfter.Format(time.RFC3339),
			sealed{"AEAD_AES_256_GCM", nonce, "certificate", SealWith(t, apiv3, nonce, "certificate", c.PEM)}})
	}
	body, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// Seal encrypts with APIv3Key.
func Seal(t testing.TB, nonce, associatedData, plain string) string {
	t.Helper()
	return SealWith(t, APIv3Key, nonce, associatedData, plain)
}

// SealWith encrypts with another APIv3 key.
func SealWith(t testing.TB, apiv3, nonce, associatedData, plain string) string {
	t.Helper()
	block, err := aes.NewCipher([]byte(apiv3))
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(aead.Seal(nil, []byte(nonce), []byte(plain), []byte(associatedData)))
}
