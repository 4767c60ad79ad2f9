package wechatpay

import (
	"crypto/rsa"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

const minRSABits = 2048

// PrivateKey is the merchant API private key (商户API私钥): it signs requests and never prints.
type PrivateKey struct {
	masked
	rsa *rsa.PrivateKey
}

// NewPrivateKey takes a PKCS8 PEM of an RSA key of at least 2048 bits. Errors are Terminal and never quote the content.
func NewPrivateKey(pem string) (PrivateKey, error) {
	key, err := utils.LoadPrivateKey(pem)
	if err != nil {
		return PrivateKey{}, fault.New(fault.Terminal, "key_pem", "a merchant private key is a PKCS8 PEM of an RSA key")
	}
	if key.N.BitLen() < minRSABits {
		return PrivateKey{}, fault.New(fault.Terminal, "key_bits", "an RSA key has at least %d bits", minRSABits)
	}
	return PrivateKey{rsa: key}, nil
}

// IsZero reports that no key was loaded.
func (k PrivateKey) IsZero() bool { return k.rsa == nil }

func parsePublicKey(pem string) (*rsa.PublicKey, error) {
	key, err := utils.LoadPublicKey(pem)
	if err != nil {
		return nil, fault.New(fault.Terminal, "key_pem", "a WeChat Pay public key is a PKIX PEM of an RSA key")
	}
	if key.N.BitLen() < minRSABits {
		return nil, fault.New(fault.Terminal, "key_bits", "an RSA key has at least %d bits", minRSABits)
	}
	return key, nil
}
