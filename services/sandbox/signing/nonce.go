package signing

import (
	"io"

	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	decimal      = "0123456789"
)

// Nonce is n random letters and digits.
func Nonce(random io.Reader, n int) (string, error) { return draw(random, n, alphanumeric) }

// Digits is n random digits.
func Digits(random io.Reader, n int) (string, error) { return draw(random, n, decimal) }

// draw takes characters with a bias of at most one in 256/len(alphabet): these are names, not secrets.
func draw(random io.Reader, n int, alphabet string) (string, error) {
	raw := make([]byte, n)
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", fault.Wrap(err, fault.Retry, "random", "reading randomness")
	}
	for i, b := range raw {
		raw[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(raw), nil
}
