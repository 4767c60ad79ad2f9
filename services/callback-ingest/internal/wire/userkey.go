package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/facepay-go/facepay/pkg/service"
)

// UserKey names users without telling who they are.
type UserKey struct{ secret service.Secret }

// NewUserKey takes the secret that all services share for this.
func NewUserKey(secret service.Secret) UserKey { return UserKey{secret} }

// Of is the lower-case hex HMAC-SHA256 of the openid: stable per user, and useless without the secret.
func (k UserKey) Of(openid string) string {
	mac := hmac.New(sha256.New, k.secret.Bytes())
	mac.Write([]byte(openid))
	return hex.EncodeToString(mac.Sum(nil))
}
