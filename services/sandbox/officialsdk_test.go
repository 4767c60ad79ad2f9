package sandbox_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/verifiers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/downloader"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/core/option"
)

// toSandbox sends what the SDK addresses to WeChat's host to the sandbox: its certificate downloader knows no other.
type toSandbox struct{ host string }

func (s toSandbox) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", s.host
	return http.DefaultTransport.RoundTrip(r)
}

// The official Go SDK (wechatpay-go) is a client nobody here wrote: it signs, downloads and decrypts certificates, and
// verifies answers and callbacks.
func TestTheOfficialSDKAcceptsAnswersCertificatesAndCallbacks(t *testing.T) {
	w := start(t)
	w.client.ask = w.client.platform
	transport := &http.Client{Transport: toSandbox{strings.TrimPrefix(w.url, "http://")}}
	ctx := t.Context()
	downloads := downloader.NewCertificateDownloaderMgr(ctx)
	t.Cleanup(downloads.Stop)
	bootstrap, err := core.NewClient(ctx, option.WithMerchantCredential(mchID, w.client.serial, w.client.private), option.WithoutValidator(), option.WithHTTPClient(transport))
	if err != nil {
		t.Fatal(err)
	}
	if err := downloads.RegisterDownloaderWithClient(ctx, bootstrap, mchID, w.client.v3); err != nil {
		t.Fatal(err)
	}
	byCertificate, err := core.NewClient(ctx, option.WithMerchantCredential(mchID, w.client.serial, w.client.private),
		option.WithVerifier(verifiers.NewSHA256WithRSAVerifier(downloads.GetCertificateVisitor(mchID))), option.WithHTTPClient(transport))
	if err != nil {
		t.Fatal(err)
	}
	byPublicKey, err := core.NewClient(ctx, option.WithWechatPayPublicKeyAuthCipher(mchID, w.client.serial, w.client.private, w.client.public, w.client.wechat[w.client.public]),
		option.WithHTTPClient(transport))
	if err != nil {
		t.Fatal(err)
	}
	w.open(t, "PS1", "alice")
	for name, client := range map[string]*core.Client{"certificate": byCertificate, "public key": byPublicKey} {
		if result, err := client.Get(ctx, w.url+orderURI("PS1")); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if body, err := io.ReadAll(result.Response.Body); err != nil || !strings.Contains(string(body), `"USER_CONFIRM"`) {
			t.Errorf("%s: %s %v", name, body, err)
		}
	}
	_, err = byPublicKey.Get(ctx, w.url+orderURI("NONE"))
	if !core.IsAPIError(err, "ORDER_NOT_EXIST") {
		t.Errorf("%v", err)
	}
	w.finish(t, "PS1", 350)
	w.state(t, "PS1", "DONE")
	openID := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200)["openid"]
	terminated, err := byPublicKey.Post(ctx, fmt.Sprintf("%s%s/openid/%v/terminate", w.url, permissionsPath, openID), fieldsOf{"service_id": serviceID, "appid": appID, "reason": "x"})
	if err != nil || terminated.Response.StatusCode != http.StatusNoContent {
		t.Errorf("an empty answer: %v", err)
	}
	w.callbackBySDK(t, notify.NewNotifyHandler(w.client.v3, verifiers.NewSHA256WithRSACombinedVerifier(downloads.GetCertificateVisitor(mchID), w.client.public, *w.client.wechat[w.client.public])))
}

func (w *world) callbackBySDK(t *testing.T, handler *notify.Handler) {
	t.Helper()
	d := w.next(t, "/order")
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "/order", strings.NewReader(string(d.body)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = d.header
	entity := map[string]any{}
	notice, err := handler.ParseNotifyRequest(t.Context(), r, &entity)
	if err != nil || notice.EventType != "PAYSCORE.USER_PAID" || fmt.Sprint(entity["out_order_no"]) != "PS1" {
		t.Errorf("%v %v", entity, err)
	}
}
