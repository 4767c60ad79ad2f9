package wechatpay

import (
	"context"
	"crypto/rsa"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/entity"
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

// downloaded is what one list gave: the certificates valid at that moment, and why others of it cannot be used.
type downloaded struct {
	keys    []ringKey
	skipped []error
}

// fetch downloads the list. public are the keys that may have signed the answer besides its certificates.
func (s certificateSource) fetch(ctx context.Context, now time.Time, acceptSerial string, public []ringKey) (downloaded, error) {
	r, err := s.sender.send(ctx, http.MethodGet, certificatesPath, nil, acceptSerial)
	if err != nil {
		return downloaded{}, err
	}
	a := answerOf(r)
	if a.HTTPStatus == http.StatusNotFound && a.Code == "RESOURCE_NOT_EXISTS" {
		if len(public) == 0 {
			return downloaded{}, fault.New(fault.Terminal, "no_verifying_key", "the account has no platform certificate and no public key is configured")
		}
		return downloaded{}, nil
	}
	if a.HTTPStatus != http.StatusOK || r.err != nil {
		return downloaded{}, fault.New(fault.Retry, "certificates_unavailable", "GET %s: HTTP %d %s %s", certificatesPath, a.HTTPStatus, a.Code, a.Doubt)
	}
	fresh, err := s.open(r.body, now)
	if err != nil {
		return downloaded{}, err
	}
	held := newKeySet(slices.Concat(public, fresh.keys))
	if err := verifySigned(now, r.header, r.body, held.find); err != nil {
		return downloaded{}, fault.Wrap(err, fault.Retry, "certificates_unverified", "GET "+certificatesPath)
	}
	return fresh, nil
}

// open reads a list. A certificate that cannot be used does not spoil the others: it is skipped, and told of. When none can
// be used, the reason of the first is the error.
func (s certificateSource) open(body []byte, now time.Time) (downloaded, error) {
	list, err := entity.Read(body)
	if err != nil {
		return downloaded{}, fault.New(fault.Retry, "certificates_unreadable", "the certificate list is not a JSON object")
	}
	var d downloaded
	usable := 0
	for _, c := range list.List("data") {
		k, err := s.certificate(c)
		if err != nil {
			d.skipped = append(d.skipped, err)
			continue
		}
		usable++
		if k.validAt(now) {
			d.keys = append(d.keys, k)
		}
	}
	if list.Err() != nil {
		return downloaded{}, fault.New(fault.Retry, "certificates_unreadable", "the certificate list is not its documented JSON")
	}
	if usable == 0 && len(d.skipped) > 0 {
		return downloaded{}, d.skipped[0]
	}
	return d, nil
}

// certificate opens one entry of the list. Errors name its serial.
func (s certificateSource) certificate(c entity.Object) (ringKey, error) {
	serial, sealed := c.Aside("serial_no"), c.Within("encrypt_certificate")
	if sealed.Aside("algorithm") != AEADAlgorithm {
		return ringKey{}, unusable(serial, "is sealed in another way than "+AEADAlgorithm)
	}
	pem, err := s.keys.Open(sealed.Aside("nonce"), sealed.Aside("associated_data"), sealed.Aside("ciphertext"))
	if err != nil {
		return ringKey{}, fault.Wrap(err, fault.Terminal, "certificates_sealed", "opening the platform certificate "+printable(serial))
	}
	cert, err := utils.LoadCertificate(string(pem))
	if err != nil {
		return ringKey{}, unusable(serial, "is not an X.509 PEM")
	}
	public, isRSA := cert.PublicKey.(*rsa.PublicKey)
	if !isRSA {
		return ringKey{}, unusable(serial, "has no RSA key")
	}
	if canonicalSerial(serial) != canonicalSerial(utils.GetCertificateSerialNumber(*cert)) {
		return ringKey{}, unusable(serial, "does not fit its serial")
	}
	return newRingKey(VerifyKey{Serial: serial, NotBefore: cert.NotBefore, NotAfter: cert.NotAfter}, public), nil
}

func unusable(serial, why string) error {
	return fault.New(fault.Retry, "certificates_unreadable", "the platform certificate %s %s", printable(serial), why)
}

// printable is a serial for a text, or "?" for what is none.
func printable(serial string) string {
	if !serialForm.MatchString(serial) {
		return "?"
	}
	return serial
}

// canonicalSerial is one spelling of a serial: a hex number, which lists and headers write in either case and with or without
// its leading zeros. It leaves the id of a public key what it is.
func canonicalSerial(serial string) string {
	return strings.ToUpper(strings.TrimLeft(strings.TrimSpace(serial), "0"))
}
