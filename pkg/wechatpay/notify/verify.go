package notify

import (
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// VerifyNotification checks that WeChat signed the body as received, within 300 s of now (§7.2). Do it before parsing,
// and at the HTTP edge only: never again when replaying from a store (§7.5). It never waits and never calls out. The
// error has a Reason; a signature probe fails like any bad signature, under a name of its own (§7.4).
func VerifyNotification(now time.Time, header http.Header, body []byte, ring *wechatpay.KeyRing) error {
	return ring.VerifySigned(now, header, body)
}
