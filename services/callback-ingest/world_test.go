package callbackingest_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
)

// goldenTime is the timestamp of the golden vector (wechat-protocol.md §11.6).
var goldenTime = time.Unix(1700000104, 0)

// world is a broker, a store and merchants.yaml; services come and go in it.
type world struct {
	t       testing.TB
	dir     string
	address string
	nats    *embedded.Server
	bus     *bus.Bus
	docs    *moody
	book    *merchant.Book
	clock   *shifted
	logs    *buffer
	cfg     callbackingest.Config

	// of the running service
	svc       *callbackingest.Service
	telemetry *service.Telemetry
	stop      func()
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), address: "127.0.0.1:0", clock: newShifted(goldenTime), logs: &buffer{}}
	w.cfg = callbackingest.Default()
	w.cfg.UserKeyFile = "testdata/user_key"
	w.cfg.Listen, w.cfg.SweepEvery, w.cfg.Settled = "127.0.0.1:0", 20*time.Millisecond, 200*time.Millisecond

	w.startNATS()
	t.Cleanup(func() { w.nats.Stop() })
	var err error
	w.bus, err = bus.Connect(bus.Options{URL: w.nats.URL(), Name: "ingest test"}, w.log())
	must(t, err)
	t.Cleanup(func() { w.bus.Close() })
	must(t, w.bus.Apply(t.Context(), bus.Profile{}))

	docs, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ingest.db"))
	must(t, err)
	t.Cleanup(func() { _ = docs.Close() })
	w.docs = &moody{Store: docs}
	w.book, err = merchant.Load("testdata/merchants.yaml")
	must(t, err)
	return w
}

// startNATS starts the broker, the second time where it was before.
func (w *world) startNATS() {
	w.t.Helper()
	var err error
	w.nats, err = embedded.Start(w.dir, w.address)
	must(w.t, err)
	w.address = strings.TrimPrefix(w.nats.URL(), "nats://")
}

func (w *world) log() *slog.Logger {
	return slog.New(slog.NewJSONHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// make composes a service.
func (w *world) make() (*callbackingest.Service, error) {
	w.t.Helper()
	var err error
	w.telemetry, err = service.NewTelemetry(w.t.Context(), callbackingest.Name, "0.0.0", service.TelemetryConfig{})
	must(w.t, err)
	return callbackingest.New(w.t.Context(), w.cfg, process.Deps{
		Docs: w.docs, Bus: w.bus, Clock: w.clock, Merchants: w.book, HTTP: &http.Client{}, Telemetry: w.telemetry,
		Log: w.log(), Version: "0.0.0",
	})
}

// start runs the service until stop, or until the test ends.
func (w *world) start() {
	w.t.Helper()
	var err error
	w.svc, err = w.make()
	must(w.t, err)
	ready := make(chan struct{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	last := service.Part{Name: "test", Start: func(context.Context) error { close(ready); return nil }}
	go func() { ended <- service.Run(ctx, w.log(), 3*time.Second, append(w.svc.Parts(), last)...) }()
	select {
	case <-ready:
	case err := <-ended:
		w.t.Fatalf("the service did not start: %v", err)
	}
	w.stop = sync.OnceFunc(func() {
		client.CloseIdleConnections() // a connection that never carried a request holds the door open for 5 s
		cancel()
		// Requests cannot say goodbye to a broker that is away.
		if err := <-ended; err != nil && w.bus.Conn().IsConnected() {
			w.t.Errorf("the service stopped with %v", err)
		}
	})
	w.t.Cleanup(w.stop)
}

func startedWorld(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	w.start()
	return w
}

// door is the notify_url of an account.
func (w *world) door(account string) string { return w.svc.URL() + "/v1/notify/wechat/" + account }

// tell delivers body to the main account, freshly signed, and gives the status.
func (w *world) tell(from wechat, account string, body []byte) int {
	w.t.Helper()
	status, _ := deliver(w.t, w.door(account), from.signed(w.clock.Now(), body), body)
	return status
}

// events are the messages of type M about a key, waited for until there are want of them.
func events[M proto.Message](w *world, key string, want int) []M {
	w.t.Helper()
	var found []M
	eventually(w.t, func() bool {
		found = nil
		stored, err := w.bus.About(w.t.Context(), key)
		if err != nil {
			return false
		}
		for _, s := range stored {
			_, m, err := event.Read(s.Subject, s.Header, s.Data, s.At)
			must(w.t, err)
			if typed, ok := m.(M); ok {
				found = append(found, typed)
			}
		}
		return len(found) >= want
	})
	if len(found) != want {
		w.t.Fatalf("%d events about %s, want %d", len(found), key, want)
	}
	return found
}

// stored is how many notices the broker holds.
func (w *world) stored() uint64 {
	w.t.Helper()
	js, err := jetstream.New(w.bus.Conn())
	must(w.t, err)
	stream, err := js.Stream(w.t.Context(), "NOTIFY")
	must(w.t, err)
	return stream.CachedInfo().State.Msgs
}

// settled waits until nothing waits to be published any more.
func (w *world) settled(published int64) {
	w.t.Helper()
	eventually(w.t, func() bool { return w.svc.Counts().Published >= published })
}

func eventually(t testing.TB, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatal("it did not come true within 10 s")
		}
		time.Sleep(5 * time.Millisecond) // between two looks, not instead of one
	}
}

// shifted is a clock that goes with the machine's from another time on, or stands still there.
type shifted struct {
	clock.Clock
	offset  atomic.Int64
	stopped time.Time
}

func newShifted(start time.Time) *shifted {
	s := &shifted{Clock: clock.Real()}
	s.offset.Store(int64(time.Until(start)))
	return s
}

func standing(at time.Time) *shifted { return &shifted{Clock: clock.Real(), stopped: at.UTC()} }

func (s *shifted) Now() time.Time {
	now := s.stopped
	if now.IsZero() {
		now = s.Clock.Now()
	}
	return now.Add(time.Duration(s.offset.Load())).Truncate(time.Millisecond)
}

func (s *shifted) forward(d time.Duration) { s.offset.Add(int64(d)) }

// buffer is a log that many write to.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
