// Package signing is WeChat Pay's cryptography written from the protocol alone, on the standard library: RSA signatures
// of APIv3, AES-GCM of resources, the v2 signature, and the keys WeChat Pay signs with. It shares no code with
// facepay's client side; both are held to vectors made by third parties (wechat-protocol.md §11).
package signing

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Sign is base64 of RSASSA-PKCS1-v1_5 with SHA-256 (wechat-protocol.md §1.2).
func Sign(key *rsa.PrivateKey, message []byte) (string, error) {
	digest := sha256.Sum256(message)
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", fault.Wrap(err, fault.Terminal, "rsa_sign", "signing")
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}

// Verify reports whether signature (base64) is the key holder's over message.
func Verify(key *rsa.PublicKey, message []byte, signature string) bool {
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	digest := sha256.Sum256(message)
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], raw) == nil
}

// RequestMessage is the five lines a merchant signs; uri is path and query as on the wire (wechat-protocol.md §1.2).
func RequestMessage(method, uri, timestamp, nonce string, body []byte) []byte {
	head := fmt.Sprintf("%s\n%s\n%s\n%s\n", method, uri, timestamp, nonce)
	return append(append([]byte(head), body...), '\n')
}

// AnswerMessage is the three lines WeChat Pay signs on answers and callbacks (wechat-protocol.md §1.3).
func AnswerMessage(timestamp, nonce string, body []byte) []byte {
	head := fmt.Sprintf("%s\n%s\n", timestamp, nonce)
	return append(append([]byte(head), body...), '\n')
}
