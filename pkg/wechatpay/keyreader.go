package wechatpay

import (
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
)

var (
	mchIDForm     = regexp.MustCompile(`^[0-9]{8,10}$`)
	serialForm    = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)
	publicKeyForm = regexp.MustCompile(`^` + PublicKeyPrefix + `[0-9]+$`)
)

// keyReader opens key files and keeps every fault, so that an operator mends a new account in one round.
type keyReader struct {
	account string
	faults  []error
}

func (r *keyReader) err() error { return errors.Join(r.faults...) }

func (r *keyReader) fail(field, code, format string, args ...any) {
	path := "accounts[" + r.account + "].wechat"
	if field != "" {
		path += "." + field
	}
	r.faults = append(r.faults, fault.Invalid(path, code, format, args...))
}

// open reads every key that is needed. Its result is for use only when there is no fault.
func (r *keyReader) open(w *merchant.WeChatAccount, n needs) *keys {
	k := &keys{certificates: w.PlatformCertificates, answersBy: w.AnswersSignedBy, replaced: make(chan struct{}), public: newKeySet(nil)}
	if n.private {
		r.pair(w, k)
	}
	if n.apiv2 {
		k.apiv2 = read(r, "apiv2_key_file", w.APIv2KeyFile, NewAPIv2Key)
	}
	if n.apiv3 {
		k.apiv3 = read(r, "apiv3_key_file", w.APIv3KeyFile, parseAPIv3Keys)
	}
	if n.verify {
		k.public = r.publicKeys(w)
	}
	return k
}

func (r *keyReader) mchID(id string) {
	if !mchIDForm.MatchString(id) {
		r.fail("mchid", "mchid_form", "a merchant number is 8 to 10 digits")
	}
}

// pair reads the merchant API key and the serial that belongs to it. Where the certificate is configured it is the
// judge of both.
func (r *keyReader) pair(w *merchant.WeChatAccount, k *keys) {
	k.private = read(r, "private_key_file", w.PrivateKeyFile, NewPrivateKey)
	k.serial = strings.ToUpper(w.MerchantSerial)
	if w.CertificateFile == "" || w.MerchantSerial != "" {
		r.serial(w.MerchantSerial)
	}
	if w.CertificateFile != "" {
		k.merchant = read(r, "certificate_file", w.CertificateFile, parseCertificate)
		r.fits(w, k)
	}
	if !k.private.IsZero() {
		k.signer = newSigner(w.MchID, k.serial, k.private)
	}
}

func (r *keyReader) serial(serial string) {
	if !serialForm.MatchString(serial) {
		r.fail("merchant_serial", "serial_form", "a certificate serial is 40 hex digits")
	}
}

// fits holds serial and key against the certificate, and takes its serial.
func (r *keyReader) fits(w *merchant.WeChatAccount, k *keys) {
	if k.merchant == nil {
		return
	}
	serial := serialOf(k.merchant)
	if w.MerchantSerial != "" && canonicalSerial(w.MerchantSerial) != canonicalSerial(serial) {
		r.fail("merchant_serial", "serial_not_of_certificate", "is not the serial of certificate_file; leave it out, the file tells it")
	}
	if !k.private.IsZero() && !k.private.rsa.PublicKey.Equal(k.merchant.PublicKey) {
		r.fail("private_key_file", "key_not_of_certificate", "is not the key of certificate_file")
	}
	k.serial = serial
}

func (r *keyReader) publicKeys(w *merchant.WeChatAccount) *keySet {
	if len(w.PublicKeys) == 0 && !w.PlatformCertificates {
		r.fail("public_keys", "no_verifying_key", "without a public key, platform_certificates must be true: nothing could be verified")
	}
	var all []ringKey
	for i, k := range w.PublicKeys {
		field := "public_keys[" + strconv.Itoa(i) + "]"
		if !publicKeyForm.MatchString(k.ID) {
			r.fail(field+".id", "key_id_prefix", "the id of a WeChat Pay public key is %s and digits", PublicKeyPrefix)
		}
		if key := read(r, field+".file", k.File, parsePublicKey); key != nil {
			all = append(all, newRingKey(VerifyKey{Serial: k.ID}, key))
		}
	}
	return newKeySet(all)
}

// read opens one file and parses it. The parser's error has a rule and no content; it gets the field here.
func read[K any](r *keyReader, field, path string, parse func(string) (K, error)) K {
	var none K
	if path == "" {
		r.fail(field, "key_file_missing", "a key file is needed and none is named")
		return none
	}
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		r.fail(field, "key_file_missing", "there is no file %s", path)
		return none
	}
	if err != nil {
		r.fail(field, "key_file_unreadable", "file %s cannot be read", path)
		return none
	}
	key, err := parse(withoutFinalNewline(string(raw)))
	if err != nil {
		f, _ := errors.AsType[*fault.Error](err)
		r.fail(field, f.Code, "%s (file %s)", f.Text, path)
		return none
	}
	return key
}

// withoutFinalNewline drops the one line end an editor adds to a file.
func withoutFinalNewline(s string) string {
	return strings.TrimSuffix(strings.TrimSuffix(s, "\n"), "\r")
}
