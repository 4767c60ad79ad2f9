package sandbox_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

const (
	mchID     = "1900000109"
	appID     = "wx8888888888888888"
	serviceID = "500001"
)

// keys are made once for all tests of the package.
var keys = sync.OnceValues(func() (*sandbox.DevKeys, error) {
	dir, err := os.MkdirTemp("", "sandbox-keys")
	if err != nil {
		return nil, err
	}
	return sandbox.OpenDevKeys(filepath.Join(dir, "new"), time.Now())
})

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		runChild(dir)
	}
	status := m.Run()
	if k, err := keys(); err == nil {
		os.RemoveAll(filepath.Dir(k.Dir))
	}
	os.Exit(status)
}

// world is a running sandbox with its store, a merchant's server that receives callbacks, and a client that signs.
type world struct {
	*client
	*inbox
	t       testing.TB
	sandbox *sandbox.Sandbox
	config  sandbox.Config
	store   *sqlite.Store
	path    string
	clock   clock.Clock
	// url and controlURL are where the sandbox listens.
	url, controlURL string
}

type setting func(*world)

func configured(change func(*sandbox.Config)) setting { return func(w *world) { change(&w.config) } }

// start runs a sandbox whose deductions come at once, on the real clock unless a setting says otherwise.
func start(t testing.TB, settings ...setting) *world {
	t.Helper()
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, inbox: newInbox(t), clock: clock.Real(), path: filepath.Join(t.TempDir(), "sandbox.db")}
	merchant := k.Merchant(mchID, appID)
	merchant.Services = []sandbox.Service{{ID: serviceID, Cap: 20000, NotifyURL: w.inbox.URL + "/service"},
		{ID: "500002", Confirm: true, Cap: 20000}, {ID: "500003", Cap: 20000, RiskMode: "deposit", RefuseCancelAfterComplete: true},
		{ID: "500004", Cap: 20000, SmartRetail: true}}
	w.config = sandbox.Config{DeductAfter: time.Millisecond, DeductAgainAfter: time.Second, Merchants: []sandbox.Merchant{merchant}}
	for _, o := range settings {
		o(w)
	}
	w.run()
	w.client = newClient(t, w, k)
	return w
}

func (w *world) run() {
	w.t.Helper()
	store, err := sqlite.Open(w.t.Context(), w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = store
	w.sandbox, err = sandbox.New(w.config, sandbox.Deps{Clock: w.clock, Store: store, Random: rand.Reader, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.sandbox.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	running := w.sandbox
	w.url, w.controlURL = running.URL(), running.ControlURL()
	w.t.Cleanup(func() { halt(w.t, running, store) })
}

// halt stops a sandbox; nothing it holds back may keep it.
func halt(t testing.TB, s *sandbox.Sandbox, store *sqlite.Store) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	http.DefaultClient.CloseIdleConnections()
	if err := s.Stop(ctx); err != nil {
		t.Error(err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}

// restart stops the sandbox and starts another one on the same store.
func (w *world) restart() { w.restartAfter(func(*book.Book) {}) }

// restartAfter lets change write into the book while no sandbox runs.
func (w *world) restartAfter(change func(*book.Book)) {
	w.t.Helper()
	halt(w.t, w.sandbox, w.store)
	store, err := sqlite.Open(w.t.Context(), w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	truth, err := book.Open(w.t.Context(), store)
	if err != nil {
		w.t.Fatal(err)
	}
	change(truth)
	if err := store.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.run()
}

// delivery is one callback as it arrived.
type delivery struct {
	path   string
	header http.Header
	body   []byte
	at     time.Time
}

// inbox is the merchant's server. reply decides the status of each delivery.
type inbox struct {
	*httptest.Server
	deliveries chan delivery
	mu         sync.Mutex
	reply      func(delivery) int
}

func newInbox(t testing.TB) *inbox {
	b := &inbox{deliveries: make(chan delivery, 1000), reply: func(delivery) int { return http.StatusOK }}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		d := delivery{r.URL.Path, r.Header, body, time.Now()}
		b.mu.Lock()
		reply := b.reply
		b.mu.Unlock()
		status := reply(d)
		b.deliveries <- d
		w.WriteHeader(status)
	}))
	t.Cleanup(b.Server.Close)
	return b
}

func (b *inbox) answer(reply func(delivery) int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.reply = reply
}

// next is the next delivery to path.
func (b *inbox) next(t testing.TB, path string) delivery {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case d := <-b.deliveries:
			if d.path == path {
				return d
			}
		case <-deadline:
			t.Fatalf("nothing was delivered to %s", path)
		}
	}
}
