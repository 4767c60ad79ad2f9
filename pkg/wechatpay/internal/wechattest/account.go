// Package wechattest is what the tests of pkg/wechatpay share: the keys of wechat-protocol.md §11.4, a clock that
// stands still, and a small server that signs like WeChat Pay. It knows nothing of PayScore, and the sandbox does not
// use it: the two cannot share a misreading.
package wechattest

import (
	"crypto/rsa"
	"crypto/x509"
	_ "embed"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/merchant"
)

// The test keys and numbers of §11.
const (
	APIv2Key       = "vM5kQ2xW8nR4tY7uB1cD3eF6gH9jL0pZ"
	APIv3Key       = "0123456789abcdefghijklmnopqrstuv"
	MchID          = "1900000109"
	MerchantSerial = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
	PublicKeyID    = "PUB_KEY_ID_0119000001092023111500112233445566"
)

// Start is the moment of most vectors.
var Start = time.Unix(1700000104, 0).UTC()

var (
	//go:embed testdata/merchant_private.pem
	merchantPrivate string
	//go:embed testdata/merchant_public.pem
	merchantPublic string
	//go:embed testdata/wechat_private.pem
	wechatPrivate string
	//go:embed testdata/wechat_public.pem
	wechatPublic string
)

// Account writes the key files of §11.4 into a folder of the test and names them in an account with the public key.
func Account(t testing.TB, apiURL string) merchant.Account {
	t.Helper()
	dir := t.TempDir()
	return merchant.Account{ID: "wx-main", WeChat: &merchant.WeChatAccount{
		MchID: MchID, MerchantSerial: MerchantSerial,
		PrivateKeyFile: Write(t, dir, "private.pem", merchantPrivate),
		APIv2KeyFile:   Write(t, dir, "apiv2", APIv2Key+"\n"),
		APIv3KeyFile:   Write(t, dir, "apiv3", APIv3Key),
		PublicKeys:     []merchant.PublicKey{{ID: PublicKeyID, File: Write(t, dir, "public.pem", wechatPublic)}},
		APIURL:         apiURL, FaceURL: apiURL,
	}}
}

// Write makes a file in dir and gives its path.
func Write(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// WeChatKey is the private half of WeChat's key.
func WeChatKey(t testing.TB) *rsa.PrivateKey { return private(t, wechatPrivate) }

// MerchantKey is the merchant's private key.
func MerchantKey(t testing.TB) *rsa.PrivateKey { return private(t, merchantPrivate) }

func private(t testing.TB, text string) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

// PrivatePEM is a private key as WeChat's tool writes it, PKCS8.
func PrivatePEM(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// PublicPEM is the public half of a key, PKIX.
func PublicPEM(t testing.TB, key *rsa.PrivateKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}
