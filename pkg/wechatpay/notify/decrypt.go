package notify

import "github.com/facepay-go/facepay/pkg/wechatpay"

// Decrypt opens the resource with the account's APIv3 keys. An error is BadAlgorithm, BadNonce or DecryptFailed.
func Decrypt(keys wechatpay.Opener, r Resource) ([]byte, error) {
	if r.Algorithm != wechatpay.AEADAlgorithm {
		return nil, wechatpay.Reject(wechatpay.BadAlgorithm, "the resource is not sealed with "+wechatpay.AEADAlgorithm)
	}
	return keys.Open(r.Nonce, r.AssociatedData, r.Ciphertext)
}
