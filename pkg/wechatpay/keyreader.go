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

func (r *keyReader) mchID(id string) {
	if !mchIDForm.MatchString(id) {
		r.fail("mchid", "mchid_form", "a merchant number is 8 to 10 digits")
	}
}

func (r *keyReader) serial(serial string) {
	if !serialForm.MatchString(serial) {
		r.fail("merchant_serial", "serial_form", "a certificate serial is 40 hex digits")
	}
}

func (r *keyReader) publicKeys(w *merchant.WeChatAccount) []publicKey {
	if len(w.PublicKeys) == 0 && !w.PlatformCertificates {
		r.fail("public_keys", "no_verifying_key", "without a public key, platform_certificates must be true: nothing could be verified")
	}
	var keys []publicKey
	for i, k := range w.PublicKeys {
		field := "public_keys[" + strconv.Itoa(i) + "]"
		if !publicKeyForm.MatchString(k.ID) {
			r.fail(field+".id", "key_id_prefix", "the id of a WeChat Pay public key is %s and digits", PublicKeyPrefix)
		}
		keys = append(keys, publicKey{id: k.ID, key: read(r, field+".file", k.File, parsePublicKey)})
	}
	return keys
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
