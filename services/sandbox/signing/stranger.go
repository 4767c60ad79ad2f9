package signing

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"math/big"
	"strings"
	"sync"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// strangersKey signs what must not verify. It is made on first use: few sandboxes need it.
var strangersKey = sync.OnceValues(func() (*rsa.PrivateKey, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "rsa_generate", "making a stranger's key")
	}
	return key, nil
})

// strangersSerial is a name of the same kind as the sound one, and nobody's.
func strangersSerial(sound string) string {
	if strings.HasPrefix(sound, PublicKeyPrefix) {
		return PublicKeyPrefix + strings.Repeat("9", 28)
	}
	return strings.Repeat("9", 40)
}

// formerCertificate is the platform certificate (平台证书) that all accounts had before: its five years are over, its key
// still signs soundly. It is made on first use and does not outlive the process.
var formerCertificate = sync.OnceValues(func() (Certified, error) {
	serial, _ := new(big.Int).SetString("5157F09EFDC096DE15EBE81A47057A7232F1B8E0", 16)
	return selfSigned("Tenpay.com sandbox platform, former", serial, time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC))
})

// FormerCertificate is the certificate of Spoil OldKey.
func FormerCertificate() (*x509.Certificate, error) {
	f, err := formerCertificate()
	return f.Certificate, err
}
