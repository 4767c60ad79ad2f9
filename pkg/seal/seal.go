// Package seal encrypts what a service must store and nobody else may read, such as an authinfo or an openid in a
// document: AES-256-GCM under one of several keys, so that keys can be exchanged while documents live.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"io"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Sealed is an encrypted text with what is needed to open it, except the key.
type Sealed struct {
	// KeyID names the key.
	KeyID string `bson:"key_id" json:"key_id"`
	// Nonce is 12 random bytes, never used twice with one key.
	Nonce []byte `bson:"nonce" json:"nonce"`
	// Ciphertext ends with the 16 bytes of the tag.
	Ciphertext []byte `bson:"ciphertext" json:"ciphertext"`
}

// Sealer seals with the newest key and opens with all. It is safe for concurrent use and prints no key.
type Sealer struct {
	newest string
	keys   map[string]cipher.AEAD
	random io.Reader
}

// New makes a Sealer of keys; the last one is the newest. random is crypto/rand.Reader outside of tests. Errors are of
// class Terminal: seal_keys when there is none or an id comes twice, seal_key when one is not 32 bytes under a good id.
func New(keys []Key, random io.Reader) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, fault.New(fault.Terminal, "seal_keys", "there is no sealing key")
	}
	s := &Sealer{keys: make(map[string]cipher.AEAD, len(keys)), random: random}
	for _, k := range keys {
		aead, err := k.aead()
		if err != nil {
			return nil, err
		}
		if s.keys[k.ID] != nil {
			return nil, fault.New(fault.Terminal, "seal_keys", "two sealing keys have the id %s", k.ID)
		}
		s.keys[k.ID], s.newest = aead, k.ID
	}
	return s, nil
}

// Seal encrypts plaintext. context is authenticated and not stored: give what the text belongs to (merchant, document
// id, field), so that a sealed text copied elsewhere does not open. The error is of class Retry: no randomness.
func (s *Sealer) Seal(plaintext, context []byte) (Sealed, error) {
	key := s.keys[s.newest]
	nonce := make([]byte, key.NonceSize())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return Sealed{}, fault.Wrap(err, fault.Retry, "seal_random", "drawing a nonce")
	}
	return Sealed{KeyID: s.newest, Nonce: nonce, Ciphertext: key.Seal(nil, nonce, plaintext, context)}, nil
}

// Open decrypts. Errors: Retry seal_key_unknown, because in a key exchange another replica may already seal with a key
// this one was not given yet; Terminal seal_broken when text, context or key are not those of Seal.
func (s *Sealer) Open(sealed Sealed, context []byte) ([]byte, error) {
	key, ok := s.keys[sealed.KeyID]
	if !ok {
		return nil, fault.New(fault.Retry, "seal_key_unknown", "this service has no sealing key %.32q", sealed.KeyID)
	}
	// Go's AEAD panics on a nonce of another length.
	if len(sealed.Nonce) != key.NonceSize() {
		return nil, fault.New(fault.Terminal, "seal_broken", "a nonce of %d bytes", len(sealed.Nonce))
	}
	plaintext, err := key.Open(nil, sealed.Nonce, sealed.Ciphertext, context)
	if err != nil {
		return nil, fault.New(fault.Terminal, "seal_broken", "text, context or key are not those it was sealed with")
	}
	return plaintext, nil
}

// NeedsReseal reports whether sealed uses a key older than the newest, so that it can be sealed again when its document
// is saved anyway.
func (s *Sealer) NeedsReseal(sealed Sealed) bool { return sealed.KeyID != s.newest }

func (k Key) aead() (cipher.AEAD, error) {
	if !isKeyID(k.ID) || len(k.value) != keyLength {
		return nil, fault.New(fault.Terminal, "seal_key", "a sealing key is 32 bytes under an id of 1..32 of 0-9 a-z -")
	}
	block, err := aes.NewCipher(k.value)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "seal_key", "making the cipher")
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "seal_key", "making the cipher")
	}
	return aead, nil
}
