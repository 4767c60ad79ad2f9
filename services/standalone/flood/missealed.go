package flood

import (
	"encoding/base64"
	"math/rand/v2"
	"time"
)

// signedForgeries carry a true signature of this very moment: only what they hold is wrong.
func signedForgeries() []forgery {
	return []forgery{
		{name: "truly signed, wrongly sealed or no notification", weight: 300, make: func(f *forger) delivery { return f.pick(f.missealed) }},
	}
}

// misseal makes a body that WeChat's key will sign and that we must not be able to read. What stands beside the resource is
// only decoration: a notification without it is taken.
func (s *site) misseal(r *rand.Rand, now time.Time, f fact) []byte {
	n := s.main.seal(r, now, f, s.main.apiv3)
	sealed, err := base64.StdEncoding.DecodeString(n.Resource.Ciphertext)
	if err != nil {
		panic(err) // we wrote it
	}
	text := base64.StdEncoding.EncodeToString
	spoils := []func(){
		func() { n = s.main.seal(r, now, f, s.other.apiv3) },
		func() { n.Resource.Ciphertext = text(sealed[:r.IntN(len(sealed))]) },
		func() { sealed[r.IntN(len(sealed))] ^= 1 << r.IntN(8); n.Resource.Ciphertext = text(sealed) },
		func() { n.Resource.Ciphertext = text(append(sealed, 0)) },
		func() { n.Resource.Ciphertext = "{" + n.Resource.Ciphertext },
		func() { n.Resource.Ciphertext = "" },
		func() { n.Resource.Nonce = word(r, []int{0, 1, 11, 13, 16, 24, 1000}[r.IntN(7)]) },
		func() { n.Resource.Nonce = word(r, 12) },
		func() {
			n.Resource.AssociatedData = []string{"", "transaction", "payscore ", "PAYSCORE", "refund"}[r.IntN(5)]
		},
		func() {
			n.Resource.Algorithm = []string{"", "AEAD_SM4_GCM", "aead_aes_256_gcm", "AEAD_AES_128_GCM", "none"}[r.IntN(5)]
		},
		func() { n.Resource = resource{} },
	}
	if i := r.IntN(len(spoils) + 1); i < len(spoils) {
		spoils[i]()
		return written(n)
	}
	whole := string(written(n))
	texts := []string{"", "null", "[]", "[" + whole + "]", `"` + word(r, 20) + `"`, "{", whole + whole, whole[:r.IntN(len(whole))], "\xef\xbb\xbf" + whole, "<xml/>", "{}", word(r, 50)}
	return []byte(texts[r.IntN(len(texts))])
}
