package wechatpay

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"
)

const certificatesPath = "/v3/certificates"

// certificateSource downloads the platform certificates of one account. The SDK's downloader has its host built in,
// keeps the first answer unverified and checks no validity.
type certificateSource struct {
	sender sender
	keys   Opener
}

func newCertificateSource(a *Account, o Options) certificateSource {
	sign := &credential{account: a, clock: o.Clock, nonce: o.Nonce}
	return certificateSource{sender: sender{base: a.apiURL, sign: sign, o: o}, keys: a.APIv3()}
}

type certificateList struct {
	Data []struct {
		SerialNo  string `json:"serial_no"`
		Encrypted struct {
			Algorithm      string `json:"algorithm"`
			Nonce          string `json:"nonce"`
			AssociatedData string `json:"associated_data"`
			Ciphertext     string `json:"ciphertext"`
		} `json:"encrypt_certificate"`
	} `json:"data"`
}

// fetch gives the certificates valid at now. public are the keys that may have signed the answer besides them.
func (s certificateSource) fetch(ctx context.Context, now time.Time, acceptSerial string, public []ringKey) ([]ringKey, error) {
	r, err := s.sender.send(ctx, http.MethodGet, certificatesPath, nil, acceptSerial)
	if err != nil {
		return nil, err
	}
	a := answerOf(r)
	if a.HTTPStatus == http.StatusNotFound && a.Code == "RESOURCE_NOT_EXISTS" {
		if len(public) == 0 {
			return nil, fault.New(fault.Terminal, "no_verifying_key", "the account has no platform certificate and no public key is configured")
		}
		return nil, nil
	}
	if a.HTTPStatus != http.StatusOK || r.err != nil {
		return nil, fault.New(fault.Retry, "certificates_unavailable", "GET %s: HTTP %d %s %s", certificatesPath, a.HTTPStatus, a.Code, a.Doubt)
	}
	fresh, err := s.open(r.body, now)
	if err != nil {
		return nil, err
	}
	held := newKeySet(slices.Concat(public, fresh))
	if err := verifySigned(now, r.header, r.body, held.find); err != nil {
		return nil, fault.Wrap(err, fault.Retry, "certificates_unverified", "GET "+certificatesPath)
	}
	return fresh, nil
}

func (s certificateSource) open(body []byte, now time.Time) ([]ringKey, error) {
	var list certificateList
	if json.Unmarshal(body, &list) != nil {
		return nil, fault.New(fault.Retry, "certificates_unreadable", "the certificate list is not its documented JSON")
	}
	var keys []ringKey
	for _, c := range list.Data {
		if c.Encrypted.Algorithm != AEADAlgorithm {
			continue // algorithm_type defaults to RSA; anything else cannot be used here.
		}
		pem, err := s.keys.Open(c.Encrypted.Nonce, c.Encrypted.AssociatedData, c.Encrypted.Ciphertext)
		if err != nil {
			return nil, fault.Wrap(err, fault.Terminal, "certificates_sealed", "opening a platform certificate")
		}
		k, err := certificateKey(c.SerialNo, string(pem))
		if err != nil {
			return nil, err
		}
		if k.validAt(now) {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

func certificateKey(serial, pem string) (ringKey, error) {
	cert, err := utils.LoadCertificate(pem)
	if err != nil {
		return ringKey{}, fault.New(fault.Retry, "certificates_unreadable", "a platform certificate is not an X.509 PEM")
	}
	public, isRSA := cert.PublicKey.(*rsa.PublicKey)
	if !isRSA || !sameSerial(serial, utils.GetCertificateSerialNumber(*cert)) {
		return ringKey{}, fault.New(fault.Retry, "certificates_unreadable", "a platform certificate does not fit its serial")
	}
	return newRingKey(VerifyKey{Serial: serial, NotBefore: cert.NotBefore, NotAfter: cert.NotAfter}, public), nil
}

// sameSerial compares hex numbers: the SDK prints one without its leading zeros.
func sameSerial(a, b string) bool {
	return strings.EqualFold(strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0"))
}
