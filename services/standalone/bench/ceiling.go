package bench

import (
	"context"
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/notify"
	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// opener verifies and decrypts one delivery, or says why it cannot.
type opener func(delivery) error

// throughClient opens as the door does: pkg/wechatpay verifies the raw body, parses the envelope and decrypts.
func throughClient(book *merchant.Book) (opener, error) {
	account, err := wechatpay.LoadAccount(book.Accounts()[0], wechatpay.ToReceive)
	if err != nil {
		return nil, err
	}
	ring, err := wechatpay.NewKeyRing(account, wechatpay.Options{HTTP: process.HTTPClient(), Clock: clock.Real(), Nonce: rand.Text})
	if err != nil {
		return nil, err
	}
	return func(d delivery) error {
		if err := notify.VerifyNotification(time.Now(), d.header, d.body, ring); err != nil {
			return err
		}
		envelope, err := notify.Parse(d.body)
		if err != nil {
			return err
		}
		_, err = notify.Decrypt(account.APIv3(), envelope.Resource)
		return err
	}, nil
}

// throughStandardLibrary is crypto/rsa, AES-GCM and base64, and nothing else: no rule is checked, no JSON read.
func throughStandardLibrary(account sandbox.Merchant) (opener, error) {
	block, err := aes.NewCipher([]byte(account.APIv3Key.Reveal()))
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	key := publicOf(account)
	return func(d delivery) error {
		digest := sha256.Sum256(signing.AnswerMessage(d.header.Get("Wechatpay-Timestamp"), d.header.Get("Wechatpay-Nonce"), d.body))
		signature, err := base64.StdEncoding.DecodeString(d.header.Get("Wechatpay-Signature"))
		if err != nil {
			return err
		}
		if err := rsa.VerifyPKCS1v15(&key, crypto.SHA256, digest[:], signature); err != nil {
			return err
		}
		sealed, err := base64.StdEncoding.DecodeString(d.ciphertext)
		if err != nil {
			return err
		}
		_, err = aead.Open(nil, []byte(d.nonce), sealed, []byte("payscore"))
		return err
	}, nil
}

// ceiling is how many deliveries all cores open per second.
func ceiling(all []delivery, open opener) (float64, error) {
	took := begin()
	err := onAllCores(func(i int64) (bool, error) {
		if i >= int64(len(all)) {
			return false, nil
		}
		return true, open(all[i])
	})
	return rate(len(all), took.end().wall), err
}

// signatures is how many RSA-2048 signatures all cores make per second when they do so for a while, and how many
// milliseconds of processor time one takes.
func signatures(key *rsa.PrivateKey, during time.Duration) (perS, cpuMS float64, err error) {
	var made atomic.Int64
	digest := sha256.Sum256([]byte(entity))
	took := begin()
	err = onAllCores(func(int64) (bool, error) {
		_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		made.Add(1)
		return time.Since(took.at) < during, err
	})
	spent := took.end()
	cpuMS, _ = spent.each(int(made.Load()))
	return rate(int(made.Load()), spent.wall), cpuMS, err
}

// onAllCores calls work with 0, 1, 2, … on one goroutine per core until it says that there is no more, or fails.
func onAllCores(work func(i int64) (more bool, err error)) error {
	var next atomic.Int64
	workers, ctx := errgroup.WithContext(context.Background())
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() error {
			for ctx.Err() == nil {
				if more, err := work(next.Add(1) - 1); !more || err != nil {
					return err
				}
			}
			return nil
		})
	}
	return workers.Wait()
}
