package wechatpay

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

// parseCertificate takes the merchant API certificate (商户API证书, apiclient_cert.pem), PEM.
func parseCertificate(pem string) (*x509.Certificate, error) {
	certificate, err := utils.LoadCertificate(pem)
	if err != nil {
		return nil, fault.New(fault.Terminal, "certificate_pem", "a merchant certificate is an X.509 PEM")
	}
	if _, isRSA := certificate.PublicKey.(*rsa.PublicKey); !isRSA {
		return nil, fault.New(fault.Terminal, "certificate_pem", "a merchant certificate is of an RSA key")
	}
	return certificate, nil
}

// serialOf is a certificate's serial as WeChat writes it: 40 hex digits, leading zeros kept.
func serialOf(c *x509.Certificate) string { return fmt.Sprintf("%040X", c.SerialNumber) }
