package sandbox

import (
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// KeyMode is which of its key kinds WeChat uses for a merchant (wechat-protocol.md §1.3).
type KeyMode string

const (
	// CertificateMode: the platform certificate signs, as for older accounts. A public key that is there waits for the switch.
	CertificateMode KeyMode = "certificate"
	// PublicKeyMode: public key only, as new accounts; there is no certificate to download.
	PublicKeyMode KeyMode = "public_key"
	// BothMode: the seven-day switch is under way.
	BothMode KeyMode = "both"
)

// switchNotBegun is the share of an account in certificate mode: a public key it has signs nothing before the switch.
const switchNotBegun = -1

// ring checks that the keys which the mode needs are there. Errors are of class Terminal and name the field.
func (m Merchant) ring() (*signing.Ring, error) {
	share := 10 * m.CallbackShare // per mille
	switch m.KeyMode {
	case BothMode, PublicKeyMode:
		if share == 0 {
			share = 500
		}
	case CertificateMode:
		share = switchNotBegun
	default:
		return nil, fault.Invalid("merchants.key_mode", "key_mode", "must be certificate, public_key or both")
	}
	var certificate *signing.Certified
	if m.KeyMode != PublicKeyMode {
		if m.Certificate == nil || m.CertificateKey == nil {
			return nil, fault.Invalid("merchants.platform_certificate", "key_missing", "key mode %s needs a platform certificate and its key", m.KeyMode)
		}
		known := signing.NewCertified(m.Certificate, m.CertificateKey)
		certificate = &known
	}
	if m.KeyMode == CertificateMode && m.PublicKeyID == "" && m.PublicKeyPrivate == nil {
		return signing.NewRing(certificate, nil, share), nil
	}
	if !strings.HasPrefix(m.PublicKeyID, signing.PublicKeyPrefix) || m.PublicKeyID == signing.PublicKeyPrefix || m.PublicKeyPrivate == nil {
		return nil, fault.Invalid("merchants.public_key_id", "key_missing", "key mode %s needs a key whose id starts with %s", m.KeyMode, signing.PublicKeyPrefix)
	}
	return signing.NewRing(certificate, &signing.Key{Serial: m.PublicKeyID, Private: m.PublicKeyPrivate}, share), nil
}
