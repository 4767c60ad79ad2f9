package upkeep_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
	"github.com/facepay-go/facepay/pkg/wechatpay/upkeep"
)

// said gives every line of a log.
type said chan string

func (s said) Write(p []byte) (int, error) { s <- string(p); return len(p), nil }

func TestACertificateThatCannotBeUsedIsNamedInAWarning(t *testing.T) {
	good := wechattest.NewCertificate(t, wechattest.KeyA(t), newSerial, wechattest.Start.Add(-time.Hour), wechattest.Start.Add(48*time.Hour))
	bad := good
	bad.Serial, bad.PEM = "66B0AC5EF9C1D3A8E2F4061B2C3D4E5F60718293", "no certificate"
	clock := wechattest.At(wechattest.Start)
	server := wechattest.Serve(t, clock, func(wechattest.Got) wechattest.Reply {
		return wechattest.Reply{Body: wechattest.CertificateList(t, bad, good), Serial: good.Serial, Key: good.Key}
	})
	a := wechattest.Account(t, server.URL)
	a.WeChat.PlatformCertificates, a.WeChat.PublicKeys = true, nil
	account, err := wechatpay.LoadAccount(a)
	if err != nil {
		t.Fatal(err)
	}
	ring, err := wechatpay.NewKeyRing(account, wechatpay.Options{HTTP: http.DefaultClient, Clock: clock, Nonce: rand.Text})
	if err != nil {
		t.Fatal(err)
	}
	lines := make(said, 8)
	parts, err := upkeep.Parts(upkeep.Deps{Clock: clock, Meters: sdkmetric.NewMeterProvider(), Log: slog.New(slog.NewTextHandler(lines, nil))}, upkeep.Kept{Account: account, Ring: ring})
	if err != nil {
		t.Fatal(err)
	}
	downloads := func(p service.Part) {
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Stop(context.Background()) })
	}
	downloads(parts[1])
	if line := <-lines; !strings.Contains(line, "level=WARN") || !strings.Contains(line, bad.Serial) || !strings.Contains(line, "cannot be used") {
		t.Error(line)
	}
}
