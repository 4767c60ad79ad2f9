package authinfo_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"

	"github.com/facepay-go/facepay/services/authinfo"
	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
	"github.com/facepay-go/facepay/services/authinfo/internal/facestub"
)

const (
	keyA    = "vM5kQ2xW8nR4tY7uB1cD3eF6gH9jL0pZ"
	keyB    = "0123456789abcdefghijklmnopqrstuv"
	rawdata = "q3OPhFtQBf6KZGqm+Zhe/jKCRy5K=="
)

// world is a broker, two WeChat accounts and one SQLite file; replicas of the service come and go in it.
type world struct {
	t      *testing.T
	bus    *bus.Bus
	docs   *sqlite.Store
	path   string
	book   *merchant.Book
	a, b   *facestub.Server
	api    *apistub.Server // APIv3 of both accounts
	clock  *shifted
	logs   *servicetest.Log
	keys   []string // lines of the file of sealing keys
	cfg    authinfo.Config
	errors *servicetest.Log // texts of all errors a caller got
	stop   func()           // stops the replica started last
	traces string           // base URL of a collector, "" for none
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	w := &world{t: t, clock: &shifted{Clock: clock.Real()}, logs: &servicetest.Log{}, errors: &servicetest.Log{}}
	w.a, w.b = facestub.New(t, keyA), facestub.New(t, keyB)
	w.keys = []string{"2026-11 " + hex.EncodeToString([]byte("old old old old old old old old!"))}
	w.cfg = authinfo.Default()
	w.cfg.SweepEvery = 20 * time.Millisecond
	w.cfg.PublicBase = "https://pay.example.com"
	w.cfg.Requests = service.RequestsConfig{Workers: 192, PerMerchant: 96, Deadline: 10 * time.Second}
	w.api = apistub.New(t, w.clock)
	w.book = writeBook(t, w.a.URL, w.b.URL, w.api)

	_, w.bus = servicetest.Broker(t, w.logs.Logger())
	w.path = filepath.Join(t.TempDir(), "authinfo.db")
	var err error
	w.docs, err = sqlite.Open(t.Context(), w.path)
	must(t, err)
	t.Cleanup(func() { _ = w.docs.Close() })
	return w
}

// start runs one replica until stop, or until the test ends.
func (w *world) start() (stop func()) {
	w.t.Helper()
	telemetry, err := service.NewTelemetry(w.t.Context(), authinfo.Name, "0.0.0", service.TelemetryConfig{OTLPEndpoint: w.traces})
	must(w.t, err)
	cfg := w.cfg
	cfg.SealKeys = filepath.Join(w.t.TempDir(), "seal-keys")
	must(w.t, os.WriteFile(cfg.SealKeys, []byte(strings.Join(w.keys, "\n")), 0o600))
	cfg.UserKeyFile = filepath.Join(w.t.TempDir(), "user-key")
	must(w.t, os.WriteFile(cfg.UserKeyFile, []byte(userSecret), 0o600))
	s, err := authinfo.New(w.t.Context(), cfg, process.Deps{
		Docs: w.docs, Bus: w.bus, Clock: w.clock, Merchants: w.book, HTTP: process.HTTPClient(),
		Telemetry: telemetry, Log: w.logs.Logger(), Version: "0.0.0",
	})
	must(w.t, err)
	end := servicetest.Run(w.t, w.logs.Logger(), append([]service.Part{telemetry.Part()}, s.Parts()...)...)
	stop = sync.OnceFunc(func() {
		if err := end(); err != nil {
			w.t.Errorf("the service stopped with %v", err)
		}
	})
	w.t.Cleanup(stop)
	w.stop = stop
	return stop
}

// open asks for a session; errors are kept for the search for secrets.
func (w *world) open(req *authinfov1.OpenSessionRequest) (*authinfov1.OpenSessionReply, error) {
	var reply authinfov1.OpenSessionReply
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := service.Call(ctx, w.bus.Conn(), authinfo.Name, "open_session", req, &reply); err != nil {
		_, _ = fmt.Fprintln(w.errors, err)
		return nil, err
	}
	return &reply, nil
}

func (w *world) mustOpen(req *authinfov1.OpenSessionRequest) *authinfov1.OpenSessionReply {
	w.t.Helper()
	reply, err := w.open(req)
	must(w.t, err)
	return reply
}

// call asks an endpoint; errors are kept for the search for secrets.
func (w *world) call(endpoint string, req, reply proto.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	err := service.Call(ctx, w.bus.Conn(), authinfo.Name, endpoint, req, reply)
	if err != nil {
		_, _ = fmt.Fprintln(w.errors, err)
	}
	return err
}

// publish sends a kiosk's fact as a gateway would.
func (w *world) publish(m proto.Message) {
	w.t.Helper()
	id, err := event.FactID(m)
	must(w.t, err)
	servicetest.Publish(w.t, w.bus, id, w.clock.Now(), m)
}

// events are the messages of type M that are stored under a key.
func events[M proto.Message](w *world, key string) []M {
	w.t.Helper()
	return servicetest.Events[M](w.t, w.bus, key)
}

// first waits for the first message of type M about a key.
func first[M proto.Message](w *world, key string) M {
	w.t.Helper()
	var found []M
	eventually(w.t, fmt.Sprintf("%T of %s", *new(M), key), func() bool {
		found = events[M](w, key)
		return len(found) > 0
	})
	return found[0]
}

// request is a good one for merchant acme, with its own request_id and terminal.
func request(id string) *authinfov1.OpenSessionRequest {
	return &authinfov1.OpenSessionRequest{
		RequestId: id, Merchant: "acme", ServiceId: "500001", StoreId: "S001", StoreName: "一号店 A&B", DeviceId: "KIOSK-0001", Rawdata: rawdata,
	}
}

// with changes a request.
func with(req *authinfov1.OpenSessionRequest, change func(*authinfov1.OpenSessionRequest)) *authinfov1.OpenSessionRequest {
	change(req)
	return req
}

func faceResult(merchant, outOrderNo string) *kioskv1.FaceResult {
	return &kioskv1.FaceResult{Merchant: merchant, OutOrderNo: outOrderNo, ServiceId: "500001", ReturnCode: "SUCCESS", Openid: openID, FaceSid: faceSID}
}

const (
	openID  = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	faceSID = "face-sid-secret-0001"
	// userSecret is behind user_keys.
	userSecret = "a secret of at least 32 bytes for user keys"
)

// writeBook is merchants.yaml, but for the merchants that were removed.
func writeBook(t *testing.T, urlA, urlB string, api *apistub.Server, removed ...string) *merchant.Book {
	t.Helper()
	dir := t.TempDir()
	api.Keys(t, dir)
	for name, text := range map[string]string{"a.apiv2": keyA + "\n", "b.apiv2": keyB} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	account := func(id, mchid, url, partner string) string {
		return fmt.Sprintf("  - id: %s\n    wechat: {mchid: %q, partner: %s, merchant_serial: %q, private_key_file: private.pem, apiv2_key_file: %s.apiv2, apiv3_key_file: none, public_keys: [{id: %s, file: public.pem}], api_url: %q, face_url: %q}\n",
			id, mchid, partner, strings.Repeat("5", 40), id, apistub.KeyID, api.URL, url)
	}
	merchants := map[string]string{
		"acme": `  - id: acme
    wechat: {account: a, appid: wx8888888888888888, ask_unionid: true, services: [{id: "500001", cap_fen: 10000}, {id: "500002", cap_fen: 10000}, {id: "500003", cap_fen: 10000, confirm: true}]}
`,
		"bolt": `  - id: bolt
    wechat: {account: b, appid: wx9999999999999999, sub_mchid: "1900000999", sub_appid: wx7777777777777777, services: [{id: "500001", cap_fen: 10000}]}
`,
	}
	for _, id := range removed {
		delete(merchants, id)
	}
	text := "accounts:\n" + account("a", "1900000109", urlA, "false") + account("b", "1900000110", urlB, "true") + "merchants:\n" + merchants["acme"] + merchants["bolt"]
	book, err := merchant.Parse([]byte(text), dir)
	must(t, err)
	return book
}

// quiet stops the service and starts it again: what it had begun is over.
func (w *world) quiet() {
	w.t.Helper()
	w.stop()
	w.start()
}

// shifted is the machine's clock, moved ahead by Advance. Timers stay on the machine's.
type shifted struct {
	clock.Clock
	ahead atomic.Int64
}

func (c *shifted) Now() time.Time          { return c.Clock.Now().Add(time.Duration(c.ahead.Load())) }
func (c *shifted) Advance(d time.Duration) { c.ahead.Add(int64(d)) }

func must(t *testing.T, err error) {
	t.Helper()
	servicetest.Must(t, err)
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	servicetest.Eventually(t, what, holds)
}

// together runs n calls at once and returns when all have ended.
func together(n int, call func(i int)) {
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-begin
			call(i)
		})
	}
	close(begin)
	all.Wait()
}
