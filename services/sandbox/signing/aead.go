package signing

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Seal is AEAD_AES_256_GCM under the APIv3 key: base64(ciphertext ‖ tag) (wechat-protocol.md §7.2). The nonce has
// 12 bytes; associated data may be empty. A wrong length is an error of class Terminal.
func Seal(apiv3Key, nonce, associated string, plaintext []byte) (string, error) {
	aead, err := gcm(apiv3Key, nonce)
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(aead.Seal(nil, []byte(nonce), plaintext, []byte(associated))), nil
}

// Open undoes Seal. Errors are of class Terminal.
func Open(apiv3Key, nonce, associated, ciphertext string) ([]byte, error) {
	aead, err := gcm(apiv3Key, nonce)
	if err != nil {
		return nil, err
	}
	raw, err := base64.StdEncoding.DecodeString(ciphertext)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "ciphertext_base64", "decoding a ciphertext")
	}
	plaintext, err := aead.Open(nil, []byte(nonce), raw, []byte(associated))
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "ciphertext_open", "decrypting a ciphertext")
	}
	return plaintext, nil
}

// gcm checks lengths first: Go's AEAD panics on a nonce that is not 12 bytes.
func gcm(apiv3Key, nonce string) (cipher.AEAD, error) {
	if len(apiv3Key) != 32 {
		return nil, fault.Invalid("apiv3_key", "apiv3_key_length", "must be 32 bytes, has %d", len(apiv3Key))
	}
	if len(nonce) != 12 {
		return nil, fault.Invalid("nonce", "nonce_length", "must be 12 bytes, has %d", len(nonce))
	}
	block, err := aes.NewCipher([]byte(apiv3Key))
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "aes_key", "preparing AES")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "aes_gcm", "preparing GCM")
	}
	return aead, nil
}
