package notify

import "github.com/facepay-go/facepay/pkg/wechatpay"

// Decrypt opens the resource with the account's APIv3 key. An error is BadAlgorithm, BadNonce or DecryptFailed.
func Decrypt(key wechatpay.APIv3Key, r Resource) ([]byte, error) {
	if r.Algorithm != wechatpay.AEADAlgorithm {
		return nil, wechatpay.Reject(wechatpay.BadAlgorithm, "the resource is not sealed with "+wechatpay.AEADAlgorithm)
	}
	return key.Open(r.Nonce, r.AssociatedData, r.Ciphertext)
}
