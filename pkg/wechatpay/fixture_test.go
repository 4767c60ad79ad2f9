package wechatpay_test

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

// fixture is an account with a public key, its ring and what a client needs.
type fixture struct {
	account *wechatpay.Account
	ring    *wechatpay.KeyRing
	options wechatpay.Options
	client  *wechatpay.Client
}

func newFixture(t testing.TB, clock *wechattest.Clock, url string) fixture {
	t.Helper()
	account, err := wechatpay.LoadAccount(wechattest.Account(t, url))
	if err != nil {
		t.Fatal(err)
	}
	return withAccount(t, clock, account)
}

func withAccount(t testing.TB, clock *wechattest.Clock, account *wechatpay.Account) fixture {
	t.Helper()
	f := fixture{account: account, options: wechatpay.Options{HTTP: &http.Client{Transport: &http.Transport{}}, Clock: clock, Nonce: rand.Text, Timeout: 5 * time.Second}}
	var err error
	if f.ring, err = wechatpay.NewKeyRing(account, f.options); err != nil {
		t.Fatal(err)
	}
	if f.client, err = wechatpay.NewClient(account, f.ring, f.options); err != nil {
		t.Fatal(err)
	}
	return f
}
