// Package userkey names users in events, subjects and ids without telling who they are (user_key). Every service that
// makes or meets a user_key uses the one secret, else its names are of nobody.
package userkey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/facepay-go/facepay/pkg/service"
)

// Key makes user_keys. The zero Key is not usable.
type Key struct{ secret service.Secret }

// New takes the secret that all services share for this.
func New(secret service.Secret) Key { return Key{secret} }

// Load reads the secret from a file: 32 to 1024 bytes, as SHA-256 wants at least as many bytes as it gives. Errors are
// Terminal and never show it.
func Load(path string) (Key, error) {
	secret, err := service.SecretFile(path, service.Between(sha256.Size, 1024))
	return Key{secret}, err
}

// Of is the lower-case hex HMAC-SHA256 of the openid: stable per user, and useless without the secret. A user known by
// sub_openid only is named by that.
func (k Key) Of(openid string) string {
	mac := hmac.New(sha256.New, k.secret.Bytes())
	mac.Write([]byte(openid))
	return hex.EncodeToString(mac.Sum(nil))
}
