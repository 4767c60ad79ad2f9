package wechatpay

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
)

// AEADAlgorithm is the one algorithm of sealed resources (wechat-protocol.md §7.2).
const AEADAlgorithm = "AEAD_AES_256_GCM"

// APIv3Key is the account's APIv3 key (APIv3密钥): it decrypts notifications and certificates, and never prints. The
// cipher is built once; one key may be used by many goroutines.
type APIv3Key struct {
	masked
	aead *cipher.AEAD
}

// NewAPIv3Key takes the 32 bytes of an APIv3 key. Errors are Terminal and never quote the content.
func NewAPIv3Key(text string) (APIv3Key, error) {
	if len(text) != 32 {
		return APIv3Key{}, fault.New(fault.Terminal, "key_length", "an APIv3 key is exactly 32 bytes")
	}
	block, err := aes.NewCipher([]byte(text))
	if err != nil {
		return APIv3Key{}, fault.New(fault.Terminal, "key_length", "an APIv3 key is an AES-256 key")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return APIv3Key{}, fault.New(fault.Terminal, "key_cipher", "AES-256-GCM is not available")
	}
	return APIv3Key{aead: &aead}, nil
}

// IsZero reports that no key was loaded.
func (k APIv3Key) IsZero() bool { return k.aead == nil }

// Open decrypts AEAD_AES_256_GCM (wechat-protocol.md §7.2): ciphertext is base64 of the text and its 16-byte tag,
// associated data may be empty. A nonce that is not 12 bytes is BadNonce (Go's AEAD would panic), anything else that
// does not open is DecryptFailed; both Terminal.
func (k APIv3Key) Open(nonce, associatedData, ciphertext string) ([]byte, error) {
	if k.IsZero() {
		return nil, reject(DecryptFailed, "the account has no APIv3 key loaded")
	}
	aead := *k.aead
	if len(nonce) != aead.NonceSize() {
		return nil, reject(BadNonce, "a GCM nonce is 12 bytes")
	}
	sealed, err := base64.StdEncoding.DecodeString(ciphertext)
	if err != nil {
		return nil, reject(DecryptFailed, "the ciphertext is not base64")
	}
	plain, err := aead.Open(sealed[:0], []byte(nonce), sealed, []byte(associatedData))
	if err != nil {
		return nil, reject(DecryptFailed, "the ciphertext does not open with this account's APIv3 key")
	}
	return plain, nil
}

// Opener decrypts what WeChat sealed: an APIv3Key, or APIv3Keys.
type Opener interface {
	// Open has the contract of APIv3Key.Open.
	Open(nonce, associatedData, ciphertext string) ([]byte, error)
}

// APIv3Keys are the APIv3 keys of an account as they are at each call: during a rotation the new and the old one. They
// never print.
type APIv3Keys struct {
	masked
	account *Account
}

// IsZero reports that no key was loaded.
func (k APIv3Keys) IsZero() bool { return k.account == nil || len(k.account.keys.Load().apiv3) == 0 }

// Open decrypts with the first key that opens, the newest first. The contract is APIv3Key.Open's.
func (k APIv3Keys) Open(nonce, associatedData, ciphertext string) ([]byte, error) {
	plain, err := APIv3Key{}.Open(nonce, associatedData, ciphertext)
	if k.account == nil {
		return plain, err
	}
	for _, key := range k.account.keys.Load().apiv3 {
		if plain, err = key.Open(nonce, associatedData, ciphertext); ReasonOf(err) != DecryptFailed {
			break
		}
	}
	return plain, err
}

// mostAPIv3Keys: a rotation needs two, one that was taken back another.
const mostAPIv3Keys = 4

// parseAPIv3Keys takes one key, or several during a rotation: one on each line, the newest first.
func parseAPIv3Keys(text string) ([]APIv3Key, error) {
	lines := []string{text}
	if len(text) != 32 {
		lines = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	}
	if len(lines) > mostAPIv3Keys {
		return nil, fault.New(fault.Terminal, "key_many", "at most %d APIv3 keys stand in one file, one on each line", mostAPIv3Keys)
	}
	var all []APIv3Key
	for _, line := range lines {
		key, err := NewAPIv3Key(line)
		if err != nil {
			return nil, err
		}
		all = append(all, key)
	}
	return all, nil
}
