package wechat

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

type certificateList struct {
	Data []certificateItem `json:"data"`
}

type certificateItem struct {
	SerialNo      string            `json:"serial_no"`
	EffectiveTime string            `json:"effective_time"`
	ExpireTime    string            `json:"expire_time"`
	Encrypted     sealedCertificate `json:"encrypt_certificate"`
}

type sealedCertificate struct {
	Algorithm      string `json:"algorithm"`
	Nonce          string `json:"nonce"`
	AssociatedData string `json:"associated_data"`
	Ciphertext     string `json:"ciphertext"`
}

// certificates is GET /v3/certificates (wechat-protocol.md §1.4). An account with a public key only has none (§1.3).
func (s *Server) certificates(_ context.Context, c *call) (any, error) {
	listed := c.merchant.Ring.Certificates()
	if len(listed) == 0 {
		return nil, &refusal{404, resourceMissing, "无可用的平台证书，请使用微信支付公钥", 0, nil}
	}
	switch c.URL.Query().Get("algorithm_type") {
	case "", "RSA", "ALL":
	case "SM2": // the sandbox has no SM2 certificates
		return certificateList{Data: []certificateItem{}}, nil
	default:
		return nil, badQuery("algorithm_type", "algorithm_type必须为RSA、SM2或ALL")
	}
	if c.rule.Kind == plan.OldCertificateListed {
		former, err := signing.FormerCertificate()
		if err != nil {
			return nil, err
		}
		listed = append(listed, former)
	}
	var list certificateList
	for _, each := range listed {
		item, err := s.sealCertificate(c, each)
		if err != nil {
			return nil, err
		}
		list.Data = append(list.Data, item)
	}
	return list, nil
}

func (s *Server) sealCertificate(c *call, certificate *x509.Certificate) (certificateItem, error) {
	nonce, err := signing.Nonce(s.Random, 12)
	if err != nil {
		return certificateItem{}, err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	sealed, err := signing.Seal(c.merchant.APIv3Key.Reveal(), nonce, "certificate", text)
	return certificateItem{SerialNo: signing.CertificateSerial(certificate),
		EffectiveTime: certificate.NotBefore.In(clock.Beijing).Format(time.RFC3339), ExpireTime: certificate.NotAfter.In(clock.Beijing).Format(time.RFC3339),
		Encrypted: sealedCertificate{Algorithm: "AEAD_AES_256_GCM", Nonce: nonce, AssociatedData: "certificate", Ciphertext: sealed}}, err
}
