package wechatpay

import (
	"slices"
	"time"
)

// WarnBefore is how long before a certificate ends it is warned of.
const WarnBefore = 30 * 24 * time.Hour

// CertificateKind says whose certificate it is.
type CertificateKind string

const (
	// PlatformCertificate is WeChat's (平台证书): its successor comes by itself, or the account switches to a public key.
	PlatformCertificate CertificateKind = "platform"
	// MerchantCertificate is the merchant's own (商户API证书): a person has to renew it in the merchant portal.
	MerchantCertificate CertificateKind = "merchant"
)

// Certificate is one certificate in use and its end.
type Certificate struct {
	Account, Serial string
	Kind            CertificateKind
	NotAfter        time.Time
}

// ExpiryWarning is a certificate that ends within WarnBefore, or has ended, and has no successor in use.
type ExpiryWarning struct {
	Certificate
	// Left is the time until the end; negative afterwards.
	Left time.Duration
}

// Certificates are those an account uses now: its own when certificate_file is configured, and, with its ring (which may
// be nil), WeChat's.
func Certificates(a *Account, ring *KeyRing) []Certificate {
	var all []Certificate
	if k := a.keys.Load(); k.merchant != nil {
		all = append(all, Certificate{a.id, k.serial, MerchantCertificate, k.merchant.NotAfter})
	}
	if ring == nil {
		return all
	}
	for _, k := range ring.Keys() {
		if k.Certificate() {
			all = append(all, Certificate{a.id, k.Serial, PlatformCertificate, k.NotAfter})
		}
	}
	return all
}

// Expiring are the certificates to warn of at now: of two that are alive at once the later one decides.
func Expiring(now time.Time, all []Certificate) []ExpiryWarning {
	var found []ExpiryWarning
	for _, c := range all {
		outlived := slices.ContainsFunc(all, func(other Certificate) bool {
			return other.Account == c.Account && other.Kind == c.Kind && other.NotAfter.After(c.NotAfter)
		})
		if left := c.NotAfter.Sub(now); left < WarnBefore && !outlived {
			found = append(found, ExpiryWarning{c, left})
		}
	}
	return found
}
