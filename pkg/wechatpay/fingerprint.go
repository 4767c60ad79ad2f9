package wechatpay

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"os"

	"github.com/facepay-go/facepay/pkg/merchant"
)

// fingerprint tells the keys of an account from those of another moment: what is configured about them, and what their
// files hold. Content, not dates: a copy may keep a file's date, and a mounted folder that is swapped has none of its own.
type fingerprint [sha256.Size]byte

func fingerprintOf(w *merchant.WeChatAccount, n needs) fingerprint {
	h := sha256.New()
	write(h, w.MchID, w.MerchantSerial, string(w.AnswersSignedBy), fmt.Sprint(w.PlatformCertificates))
	if n.private {
		writeFile(h, w.PrivateKeyFile)
		writeFile(h, w.CertificateFile)
	}
	if n.apiv2 {
		writeFile(h, w.APIv2KeyFile)
	}
	if n.apiv3 {
		writeFile(h, w.APIv3KeyFile)
	}
	if n.verify {
		for _, k := range w.PublicKeys {
			write(h, k.ID)
			writeFile(h, k.File)
		}
	}
	return fingerprint(h.Sum(nil))
}

// writeFile adds a file; one that cannot be read counts as such, the reader tells why.
func writeFile(h hash.Hash, path string) {
	raw, err := os.ReadFile(path)
	write(h, path, fmt.Sprint(err == nil), string(raw))
}

// write adds texts with their lengths, so that no two sequences look alike.
func write(h hash.Hash, texts ...string) {
	for _, s := range texts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(s), s) // a hash does not fail
	}
}
