package door

import (
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
)

// Keys open what WeChat sends to one channel account.
type Keys struct {
	// Ring verifies, by public keys and platform certificates at once.
	Ring *wechatpay.KeyRing
	// APIv3 decrypts, during a rotation with the new key and with the old one.
	APIv3 wechatpay.APIv3Keys
}

// open verifies the body as received, and only then parses and decrypts it (wechat-protocol.md §7.2). It never waits: an
// unknown serial fails, and the ring refreshes itself behind. Errors have a wechatpay.Reason.
func (k Keys) open(now time.Time, h http.Header, body []byte) (notify.Envelope, []byte, error) {
	if err := notify.VerifyNotification(now, h, body, k.Ring); err != nil {
		return notify.Envelope{}, nil, err
	}
	envelope, err := notify.Parse(body)
	if err != nil {
		return envelope, nil, err
	}
	plain, err := notify.Decrypt(k.APIv3, envelope.Resource)
	return envelope, plain, err
}
