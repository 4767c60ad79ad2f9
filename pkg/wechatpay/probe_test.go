package wechatpay_test

import (
	"net/http"
	"testing"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

// probing spoils the signature of every answer as WeChat's probe does (签名探测).
type probing struct {
	http.RoundTripper
	spoil func(signature string) string
}

func (p probing) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := p.RoundTripper.RoundTrip(r)
	if err == nil {
		resp.Header.Set("Wechatpay-Signature", p.spoil(resp.Header.Get("Wechatpay-Signature")))
	}
	return resp, err
}

func TestAProbeAmongTheAnswersProvesNothingAndIsNotSkipped(t *testing.T) {
	const mark = "WECHATPAY/SIGNTEST/"
	for name, spoil := range map[string]func(string) string{
		"put before": func(s string) string { return mark + s }, "put in place": func(s string) string { return mark + s[len(mark):] },
	} {
		clock := wechattest.At(wechattest.Start)
		server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply { return wechattest.Reply{Body: `{}`} })
		f := newFixture(t, clock, server.URL)
		f.options.HTTP = &http.Client{Transport: probing{&http.Transport{}, spoil}}
		client, err := wechatpay.NewClient(f.account, f.ring, f.options)
		if err != nil {
			t.Fatal(err)
		}
		a := client.Post(t.Context(), path, []byte("{}"))
		if a.Outcome != wechatpay.Unknown || a.Doubt != wechatpay.DoubtUnverified || a.Reason != wechatpay.SignProbe || wechatpay.Judge(wechatpay.CancelOrder, a) != wechatpay.Undecided {
			t.Errorf("%s: %v", name, a)
		}
	}
}
