// Package clienttest gives the tests of each interface a client that talks to a wechattest server.
package clienttest

import (
	"crypto/rand"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

// Direct is the client of a direct merchant whose server answers with answer, at wechattest.Start.
func Direct(t testing.TB, answer func(wechattest.Got) wechattest.Reply) (*wechatpay.Client, *wechattest.Server) {
	t.Helper()
	return serve(t, false, answer)
}

// Partner is Direct for a service provider (服务商).
func Partner(t testing.TB, answer func(wechattest.Got) wechattest.Reply) (*wechatpay.Client, *wechattest.Server) {
	t.Helper()
	return serve(t, true, answer)
}

func serve(t testing.TB, partner bool, answer func(wechattest.Got) wechattest.Reply) (*wechatpay.Client, *wechattest.Server) {
	t.Helper()
	clock := wechattest.At(wechattest.Start)
	server := wechattest.Serve(t, clock, answer)
	a := wechattest.Account(t, server.URL)
	a.WeChat.Partner = partner
	account, err := wechatpay.LoadAccount(a, wechatpay.ToCall)
	if err != nil {
		t.Fatal(err)
	}
	o := wechatpay.Options{HTTP: &http.Client{Transport: &http.Transport{}}, Clock: clock, Nonce: rand.Text, Timeout: 5 * time.Second}
	ring, err := wechatpay.NewKeyRing(account, o)
	if err != nil {
		t.Fatal(err)
	}
	client, err := wechatpay.NewClient(account, ring, o)
	if err != nil {
		t.Fatal(err)
	}
	return client, server
}
