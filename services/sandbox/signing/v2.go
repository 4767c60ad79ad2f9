package signing

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// The two kinds of v2 signature (wechat-protocol.md §2.3). An absent sign_type means MD5.
const (
	MD5        = "MD5"
	HMACSHA256 = "HMAC-SHA256"
)

// V2 signs flat parameters with the APIv2 key: empty values and "sign" are left out, names sorted by bytes, values raw.
// An unknown signType is an error of class Terminal.
func V2(parameters map[string]string, signType, apiv2Key string) (string, error) {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if name == "sign" || parameters[name] == "" {
			continue
		}
		b.WriteString(name + "=" + parameters[name] + "&")
	}
	b.WriteString("key=" + apiv2Key)
	switch signType {
	case MD5, "":
		sum := md5.Sum([]byte(b.String()))
		return strings.ToUpper(hex.EncodeToString(sum[:])), nil
	case HMACSHA256:
		mac := hmac.New(sha256.New, []byte(apiv2Key))
		mac.Write([]byte(b.String()))
		return strings.ToUpper(hex.EncodeToString(mac.Sum(nil))), nil
	}
	return "", fault.Invalid("sign_type", "sign_type", "must be MD5 or HMAC-SHA256")
}
