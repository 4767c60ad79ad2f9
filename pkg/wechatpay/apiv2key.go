package wechatpay

import (
	"crypto/hmac"
	"crypto/md5" // #nosec: the v2 protocol defines it (§2.3)
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// SignType is the v2 signature algorithm (签名类型), as sent in sign_type.
type SignType string

const (
	// MD5 is the protocol's default when sign_type is absent.
	MD5 SignType = "MD5"
	// HMACSHA256 is what facepay always asks for.
	HMACSHA256 SignType = "HMAC-SHA256"
)

// APIv2Key is the account's APIv2 key (APIv2密钥): it signs and verifies, and never prints.
type APIv2Key struct {
	masked
	text *string
}

// NewAPIv2Key takes the 32 characters of an APIv2 key. Errors are Terminal and never quote the content.
func NewAPIv2Key(text string) (APIv2Key, error) {
	if len(text) != 32 || !visibleASCII(text) {
		return APIv2Key{}, fault.New(fault.Terminal, "key_length", "an APIv2 key is exactly 32 visible ASCII characters")
	}
	return APIv2Key{text: &text}, nil
}

// IsZero reports that no key was loaded.
func (k APIv2Key) IsZero() bool { return k.text == nil }

// Sign is the v2 signature over the fields: empty values and the field sign are left out, names are in byte order,
// values are raw (wechat-protocol.md §2.3). It is upper-case hex: 32 digits for MD5, 64 for HMAC-SHA256.
func (k APIv2Key) Sign(fields map[string]string, t SignType) string {
	message := k.message(fields)
	var sum []byte
	if t == HMACSHA256 {
		mac := hmac.New(sha256.New, []byte(*k.text))
		mac.Write([]byte(message))
		sum = mac.Sum(nil)
	} else {
		digest := md5.Sum([]byte(message)) // #nosec: see the import
		sum = digest[:]
	}
	return strings.ToUpper(hex.EncodeToString(sum))
}

// Verify reports whether fields["sign"] is the signature of all other fields, in constant time. No sign is false.
func (k APIv2Key) Verify(fields map[string]string, t SignType) bool {
	return subtle.ConstantTimeCompare([]byte(k.Sign(fields, t)), []byte(fields["sign"])) == 1
}

func (k APIv2Key) message(fields map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if name == "sign" || fields[name] == "" {
			continue
		}
		b.WriteString(name + "=" + fields[name] + "&")
	}
	b.WriteString("key=" + *k.text)
	return b.String()
}

func visibleASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}
