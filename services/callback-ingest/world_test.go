package callbackingest_test

import (
	"net/http"
	"path/filepath"
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
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
)

// goldenTime is the timestamp of the golden vector (wechat-protocol.md §11.6).
var goldenTime = time.Unix(1700000104, 0)

// world is a broker, a store and merchants.yaml; services come and go in it.
type world struct {
	t     testing.TB
	nats  *embedded.Server
	bus   *bus.Bus
	docs  *moody
	book  *merchant.Book
	clock *shifted
	logs  *servicetest.Log
	cfg   callbackingest.Config

	// of the running service
	svc       *callbackingest.Service
	telemetry *service.Telemetry
	stop      func()
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: newShifted(goldenTime), logs: &servicetest.Log{}}
	w.cfg = callbackingest.Default()
	w.cfg.UserKeyFile = "testdata/user_key"
	w.cfg.Listen, w.cfg.SweepEvery, w.cfg.Settled = "127.0.0.1:0", 20*time.Millisecond, 200*time.Millisecond
	w.cfg.AdoptEvery, w.cfg.GiveWay = 50*time.Millisecond, 100*time.Millisecond

	w.nats, w.bus = servicetest.Broker(t, w.logs.Logger())
	docs, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ingest.db"))
	must(t, err)
	t.Cleanup(func() { _ = docs.Close() })
	w.docs = &moody{Store: docs}
	w.book, err = merchant.Load("testdata/merchants.yaml")
	must(t, err)
	return w
}

// make composes a service.
func (w *world) make() (*callbackingest.Service, error) {
	w.t.Helper()
	var err error
	w.telemetry, err = service.NewTelemetry(w.t.Context(), callbackingest.Name, "0.0.0", service.TelemetryConfig{})
	must(w.t, err)
	return callbackingest.New(w.t.Context(), w.cfg, process.Deps{
		Docs: w.docs, Bus: w.bus, Clock: w.clock, Merchants: w.book, HTTP: &http.Client{}, Telemetry: w.telemetry,
		Log: w.logs.Logger(), Version: "0.0.0",
	})
}

// start runs the service until stop, or until the test ends.
func (w *world) start() {
	w.t.Helper()
	var err error
	w.svc, err = w.make()
	must(w.t, err)
	end := servicetest.Run(w.t, w.logs.Logger(), w.svc.Parts()...)
	w.stop = sync.OnceFunc(func() {
		client.CloseIdleConnections() // a connection that never carried a request holds the door open for 5 s
		// Requests cannot say goodbye to a broker that is away.
		if err := end(); err != nil && w.bus.Conn().IsConnected() {
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
		found = servicetest.Events[M](w.t, w.bus, key)
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
	servicetest.Eventually(t, "what the test waits for", holds)
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
