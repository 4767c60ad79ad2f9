package payscore

import "github.com/facepay-go/facepay/pkg/wechatpay/internal/frozen"

// Request is what can be frozen.
type Request interface {
	CreateRequest | CompleteRequest | CancelRequest | ModifyRequest | SyncRequest | CollectRequest
}

// Freeze is the one encoding of a request: the same value gives the same bytes, without HTML escapes or a final line
// feed. Save the bytes before the first send and replay them; never freeze twice for one operation (§1.5). The error
// is Terminal.
func Freeze[R Request](r R) ([]byte, error) { return frozen.Bytes(r) }
