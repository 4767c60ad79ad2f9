package flood

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
)

// The accounts of a site. The numbers are those of the protocol sheet's examples.
const (
	appID     = "wx8888888888888888"
	serviceID = "500001"
	// spareSerial is a second key of the main account, as in the days of a key change (§1.3).
	mainSerial, spareSerial, otherSerial = "PUB_KEY_ID_0119000001092026112200000000000001", "PUB_KEY_ID_0119000001092026112200000000000002", "PUB_KEY_ID_0119000002082026112200000000000003"
	doorOf                               = "/v1/notify/wechat/"
)

// site is a callback-ingest with a broker and a store of its own, and WeChat's side of its two accounts.
type site struct {
	dir   string
	log   *slog.Logger
	clock clock.Clock
	nats  *embedded.Server
	bus   *bus.Bus
	store *sqlite.Store
	docs  *witness
	book  *merchant.Book
	// main and other are WeChat as our two accounts know it; stranger has a key that nobody knows.
	main, other, stranger wechat

	service *callbackingest.Service
	// stop ends the running service.
	stop func() error
}

// atSite opens a site, works there and closes it.
func atSite(ctx context.Context, dir string, log *slog.Logger, work func(*site) error) error {
	s, err := openSite(ctx, dir, log)
	if err != nil {
		return err
	}
	return errors.Join(work(s), s.close())
}

// openSite makes a site in dir and starts its service.
func openSite(ctx context.Context, dir string, log *slog.Logger) (_ *site, err error) {
	s := &site{dir: dir, log: log, clock: clock.Real(), stop: func() error { return nil }}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	if err := s.makeKeys(); err != nil {
		return nil, err
	}
	if s.nats, err = embedded.Start(filepath.Join(dir, "nats"), "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if s.bus, err = bus.Connect(bus.Options{URL: s.nats.URL(), Name: "flood"}, log); err != nil {
		return nil, err
	}
	if err := s.bus.Apply(ctx, bus.Profile{Replicas: 1}); err != nil {
		return nil, err
	}
	if s.store, err = sqlite.Open(ctx, filepath.Join(dir, "ingest.db")); err != nil {
		return nil, err
	}
	s.docs = &witness{Store: s.store}
	return s, s.start(ctx)
}

// start runs a new service; after stop it is the next process, as far as store and broker can tell.
func (s *site) start(ctx context.Context) error {
	cfg := callbackingest.Default()
	cfg.Listen, cfg.UserKeyFile = "127.0.0.1:0", filepath.Join(s.dir, "user_key")
	// An eager sweep: it looks at what the publisher still has in its hands, and has twice the chance to publish twice.
	cfg.SweepEvery, cfg.Settled = 500*time.Millisecond, time.Second
	telemetry, err := service.NewTelemetry(ctx, callbackingest.Name, "0.0.0-flood", service.TelemetryConfig{})
	if err != nil {
		return err
	}
	s.service, err = callbackingest.New(ctx, cfg, process.Deps{
		Docs: s.docs, Bus: s.bus, Merchants: s.book, Clock: s.clock, HTTP: process.HTTPClient(), Telemetry: telemetry,
		Log: s.log, Version: "0.0.0-flood",
	})
	if err != nil {
		return err
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	last := service.Part{Name: "flood", Start: func(context.Context) error { close(ready); return nil }}
	go func() { ended <- service.Run(life, s.log, 20*time.Second, append(s.service.Parts(), last)...) }()
	s.stop = func() error {
		end()
		return <-ended
	}
	select {
	case <-ready:
		return nil
	case err := <-ended:
		s.stop = func() error { end(); return nil }
		return errors.Join(errors.New("callback-ingest did not start"), err)
	}
}

func (s *site) close() error {
	err := s.stop()
	if s.bus != nil {
		s.bus.Close()
	}
	if s.nats != nil {
		s.nats.Stop()
	}
	if s.store != nil {
		err = errors.Join(err, s.store.Close())
	}
	return err
}

// makeKeys makes both sides' keys and the merchants.yaml that knows them.
func (s *site) makeKeys() error {
	for _, w := range []struct {
		to            *wechat
		id, mchID, of string
	}{
		{&s.main, mainSerial, "1900000109", "wx-main"},
		{&s.other, otherSerial, "1900000208", "wx-other"},
		{&s.stranger, mainSerial, "1900000109", "wx-main"},
	} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return fmt.Errorf("making a key: %w", err)
		}
		*w.to = wechat{door: doorOf + w.of, mchID: w.mchID, serial: w.id, key: key, apiv3: []byte(rand.Text() + rand.Text())[:32]}
	}
	spare, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	files := map[string][]byte{"user_key": []byte(rand.Text() + rand.Text())}
	for name, key := range map[string]*rsa.PrivateKey{"main.pem": s.main.key, "spare.pem": spare, "other.pem": s.other.key} {
		der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			return fmt.Errorf("writing a key: %w", err)
		}
		files[name] = pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	}
	files["main.apiv3"], files["other.apiv3"] = s.main.apiv3, s.other.apiv3
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(s.dir, name), content, 0o600); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	account := func(w wechat, name, keys string) string {
		return fmt.Sprintf(`  - id: %s
    wechat: {mchid: %q, merchant_serial: 5157F09EFDC096DE15EBE81A47057A7232F1B8E1, private_key_file: none, apiv2_key_file: none, apiv3_key_file: %s.apiv3, public_keys: [%s]}
`, w.door[len(doorOf):], w.mchID, name, keys)
	}
	text := "accounts:\n" +
		account(s.main, "main", fmt.Sprintf("{id: %s, file: main.pem}, {id: %s, file: spare.pem}", mainSerial, spareSerial)) +
		account(s.other, "other", fmt.Sprintf("{id: %s, file: other.pem}", otherSerial)) + fmt.Sprintf(`merchants:
  - {id: main, wechat: {account: wx-main, appid: %s, services: [{id: %q, cap_fen: 20000}]}}
  - {id: other, wechat: {account: wx-other, appid: %s, services: [{id: %q, cap_fen: 20000}]}}
`, appID, serviceID, appID, serviceID)
	s.book, err = merchant.Parse([]byte(text), s.dir)
	return err
}

// eachCore runs work once per core of this process and joins the errors.
func eachCore(work func() error) error { return together(runtime.GOMAXPROCS(0), work) }

// client keeps one connection per sender.
func client(connections int) *http.Client {
	return &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}, Timeout: 10 * time.Second}
}
