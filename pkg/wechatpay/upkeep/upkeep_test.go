package upkeep_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/upkeep"
)

const (
	newSerial = "77B0AC5EF9C1D3A8E2F4061B2C3D4E5F60718293"
	newAPIv3  = "vutsrqponmlkjihgfedcba9876543210"
)

// home is a folder with merchants.yaml and keys, and upkeep running over it.
type home struct {
	t       *testing.T
	dir     string
	clock   *wechattest.Clock
	account *wechatpay.Account
	ring    *wechatpay.KeyRing
	log     *lines
	reader  *sdkmetric.ManualReader
	warned  chan wechatpay.ExpiryWarning
}

// lines is a log that can be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }
func (l *lines) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

func open(t *testing.T, yaml func(dir string) string, files map[string]string) *home {
	t.Helper()
	h := &home{t: t, dir: t.TempDir(), clock: wechattest.At(wechattest.Start), log: &lines{}, reader: sdkmetric.NewManualReader(),
		warned: make(chan wechatpay.ExpiryWarning, 8)}
	h.write("private.pem", wechattest.PrivatePEM(t, wechattest.MerchantKey(t)))
	h.write("public.pem", wechattest.PublicPEM(t, wechattest.WeChatKey(t)))
	h.write("apiv2", wechattest.APIv2Key)
	h.write("apiv3", wechattest.APIv3Key)
	for name, content := range files {
		h.write(name, content)
	}
	h.write("merchants.yaml", yaml(h.dir))
	book, err := merchant.Load(filepath.Join(h.dir, "merchants.yaml"))
	h.must(err)
	h.account, err = wechatpay.LoadAccount(book.Accounts()[0])
	h.must(err)
	h.ring, err = wechatpay.NewKeyRing(h.account, wechatpay.Options{HTTP: http.DefaultClient, Clock: h.clock, Nonce: rand.Text})
	h.must(err)
	parts, err := upkeep.Parts(upkeep.Deps{
		Merchants: book, Clock: h.clock, Meters: sdkmetric.NewMeterProvider(sdkmetric.WithReader(h.reader)),
		Log: slog.New(slog.NewTextHandler(h.log, nil)), Expiring: func(_ context.Context, w wechatpay.ExpiryWarning) { h.warned <- w },
	}, upkeep.Kept{Account: h.account, Ring: h.ring})
	h.must(err)
	for _, p := range parts {
		h.must(p.Start(t.Context()))
		t.Cleanup(func() { h.must(p.Stop(context.Background())) })
	}
	h.rests()
	return h
}

func (h *home) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) write(name, content string) {
	h.t.Helper()
	h.must(os.WriteFile(filepath.Join(h.dir, name), []byte(content), 0o600))
}

// rests waits until the look is over: then its timer runs.
func (h *home) rests() {
	h.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for h.clock.Waiters() == 0 {
		if time.Now().After(deadline) {
			h.t.Fatal("upkeep does not rest")
		}
		time.Sleep(time.Millisecond)
	}
}

// look lets so much time pass and waits for the look after it.
func (h *home) look(after time.Duration) {
	h.t.Helper()
	h.clock.Move(after)
	h.rests()
}

// gauge is the value of a metric of the account; -1 when there is none.
func (h *home) gauge(name string) int64 {
	h.t.Helper()
	var all metricdata.ResourceMetrics
	h.must(h.reader.Collect(h.t.Context(), &all))
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			var points []metricdata.DataPoint[int64]
			switch data := m.Data.(type) {
			case metricdata.Gauge[int64]:
				points = data.DataPoints
			case metricdata.Sum[int64]:
				points = data.DataPoints
			}
			for _, p := range points {
				if v, _ := p.Attributes.Value(attribute.Key("account")); m.Name == name && v.AsString() == "wx-main" {
					return p.Value
				}
			}
		}
	}
	return -1
}

func yaml(serial, more string) func(string) string {
	return func(string) string {
		return fmt.Sprintf(`accounts:
  - id: wx-main
    wechat:
      mchid: "1900000109"
      %s
      private_key_file: private.pem
      apiv2_key_file: apiv2
      apiv3_key_file: apiv3
      public_keys:
        - {id: %s, file: public.pem}
%smerchants:
  - id: cabinet
    wechat:
      account: wx-main
      appid: wx8888888888888888
      services: [{id: "500001", cap_fen: 20000}]
`, serial, wechattest.PublicKeyID, more)
	}
}

func serialLine(serial string) string { return "merchant_serial: " + serial }

func TestNewKeysAreInUseTenSecondsAfterTheirFilesAreWhole(t *testing.T) {
	h := open(t, yaml(serialLine(wechattest.MerchantSerial), ""), nil)
	opens := func(apiv3 string) bool {
		_, err := h.account.APIv3().Open("123456789012", "a", wechattest.SealWith(t, apiv3, "123456789012", "a", "x"))
		return err == nil
	}
	h.write("apiv3", newAPIv3+"\n"+wechattest.APIv3Key+"\n")
	h.look(upkeep.LookEvery)
	if !opens(newAPIv3) || !opens(wechattest.APIv3Key) || h.gauge("facepay_wechat_keys_changed") != 1 {
		t.Errorf("new %t, old %t, changed %d", opens(newAPIv3), opens(wechattest.APIv3Key), h.gauge("facepay_wechat_keys_changed"))
	}
	// The merchant's pair: the key's file first, merchants.yaml some time later.
	h.write("private.pem", wechattest.PrivatePEM(t, wechattest.KeyB(t)))
	for range 3 {
		h.look(upkeep.LookEvery)
	}
	if h.account.Serial() != wechattest.MerchantSerial || h.gauge("facepay_wechat_keys_refused") != 1 || h.log.count("code=pair_half_changed") != 1 {
		t.Errorf("half a rotation: %s, refused %d, told %d times", h.account.Serial(), h.gauge("facepay_wechat_keys_refused"), h.log.count("pair_half_changed"))
	}
	h.write("merchants.yaml", yaml(serialLine(newSerial), "")(h.dir))
	h.look(upkeep.LookEvery)
	if h.account.Serial() != newSerial || h.gauge("facepay_wechat_keys_refused") != 0 || h.log.count("whole again") != 1 {
		t.Errorf("after the rotation: %s, refused %d", h.account.Serial(), h.gauge("facepay_wechat_keys_refused"))
	}
}

func TestAMerchantsFileThatIsBrokenLeavesTheOldOneInUse(t *testing.T) {
	h := open(t, yaml(serialLine(wechattest.MerchantSerial), ""), nil)
	whole := yaml(serialLine(wechattest.MerchantSerial), "")(h.dir)
	for _, broken := range []string{whole[:len(whole)/2], strings.Replace(whole, "cap_fen", "cap", 1)} {
		h.write("merchants.yaml", broken)
		h.look(upkeep.LookEvery)
		h.look(upkeep.LookEvery)
		h.write("apiv3", newAPIv3)
		h.look(upkeep.LookEvery)
		if _, err := h.account.APIv3().Open("123456789012", "a", wechattest.SealWith(t, newAPIv3, "123456789012", "a", "x")); err != nil {
			t.Error("the key files are not looked at while merchants.yaml is broken")
		}
		h.write("apiv3", wechattest.APIv3Key)
	}
	if n := h.log.count("merchants.yaml cannot be used"); n != 2 {
		t.Errorf("told %d times", n)
	}
	h.write("merchants.yaml", strings.ReplaceAll(whole, "wx-main", "wx-other"))
	h.look(upkeep.LookEvery)
	if h.log.count("code=account_gone") != 1 || h.account.Serial() != wechattest.MerchantSerial {
		t.Error("an account that is gone from the file keeps its keys, and it is told")
	}
}

func TestACertificateThatEndsIsWarnedOfDailyFromThirtyDaysAhead(t *testing.T) {
	end := wechattest.Start.Add(31 * 24 * time.Hour)
	certificate := func(notAfter time.Time) string {
		return wechattest.NewCertificate(t, wechattest.MerchantKey(t), wechattest.MerchantSerial, wechattest.Start.Add(-time.Hour), notAfter).PEM
	}
	h := open(t, yaml("certificate_file: cert.pem", ""), map[string]string{"cert.pem": certificate(end)})
	if got := h.gauge("facepay_wechat_certificate_not_after"); got != end.Unix() || h.account.Serial() != wechattest.MerchantSerial {
		t.Errorf("not after %d, want %d; serial %s", got, end.Unix(), h.account.Serial())
	}
	h.look(23 * time.Hour)
	if len(h.warned) != 0 {
		t.Fatal("warned more than 30 days ahead")
	}
	h.look(2 * time.Hour)
	w := <-h.warned
	if w.Account != "wx-main" || w.Kind != wechatpay.MerchantCertificate || w.Serial != wechattest.MerchantSerial || w.Left != 30*24*time.Hour-time.Hour {
		t.Errorf("%+v", w)
	}
	h.look(23 * time.Hour)
	if len(h.warned) != 0 {
		t.Error("warned twice a day")
	}
	h.look(time.Hour)
	if len(h.warned) != 1 {
		t.Error("not warned again after a day")
	}
	<-h.warned
	h.write("cert.pem", certificate(end.Add(365*24*time.Hour)))
	h.look(25 * time.Hour)
	if len(h.warned) != 0 || h.log.count("a certificate ends soon") != 2 {
		t.Error("warned of a certificate that was renewed")
	}
}

func TestOfTwoPlatformCertificatesAliveTheLaterDecides(t *testing.T) {
	now := wechattest.Start
	soon := wechatpay.Certificate{Account: "a", Serial: "1", Kind: wechatpay.PlatformCertificate, NotAfter: now.Add(time.Hour)}
	later := wechatpay.Certificate{Account: "a", Serial: "2", Kind: wechatpay.PlatformCertificate, NotAfter: now.Add(60 * 24 * time.Hour)}
	own := wechatpay.Certificate{Account: "a", Serial: "3", Kind: wechatpay.MerchantCertificate, NotAfter: now.Add(-time.Hour)}
	for name, c := range map[string]struct {
		all  []wechatpay.Certificate
		want int
	}{
		"one that ends":              {[]wechatpay.Certificate{soon}, 1},
		"its successor is there":     {[]wechatpay.Certificate{soon, later}, 0},
		"the merchant's has ended":   {[]wechatpay.Certificate{later, own}, 1},
		"another account's does not": {[]wechatpay.Certificate{soon, {Account: "b", Kind: soon.Kind, NotAfter: later.NotAfter}}, 1},
	} {
		if got := wechatpay.Expiring(now, c.all); len(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
