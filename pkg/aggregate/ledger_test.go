package aggregate

import (
	"context"
	"log/slog"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/outbox"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// ledger is a small aggregate: what was added to it, by whom, in which order.
type ledger struct {
	Added []string
	// Holder is unique over all ledgers.
	Holder string
}

func ledgerSpec(handled int) Spec[ledger] {
	return Spec[ledger]{
		Owner: "order", Collection: "ledgers", HandledBound: handled,
		Fields: []docstore.Field[Document[ledger]]{
			{Name: "holder", Kind: docstore.String, Value: func(d *Document[ledger]) any { return d.State.Holder }},
		},
		Indexes: []docstore.Index{{Name: "by_holder", Fields: []string{"holder"}, Unique: true}},
	}
}

// add is a turn that adds one line and emits one event about it.
func add(line string) func(*Turn[ledger]) (Decision, error) {
	return func(t *Turn[ledger]) (Decision, error) {
		if t.New {
			t.State.Holder = line
		}
		t.State.Added = append(t.State.Added, line)
		t.Emit(&orderv1.OrderPaid{Merchant: "m", OutOrderNo: "N1", DeviceId: line})
		return Save, nil
	}
}

// watch is a clock that goes on only by hand; waiting takes no time on it.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func newWatch() *watch { return &watch{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)} }

func (w *watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *watch) After(d time.Duration) <-chan time.Time { return clock.Real().After(0 * d) }

func (w *watch) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// wire is the way to the real bus. It can be cut before or behind the broker.
type wire struct {
	mu sync.Mutex
	to outbox.Publisher
	// cut decides per event; nil lets all through.
	cut func(e event.Event) error
	// sent are the events given to the bus, with repetitions.
	sent []event.Event
}

func (w *wire) Publish(ctx context.Context, e event.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cut != nil {
		if err := w.cut(e); err != nil {
			return err
		}
	}
	w.sent = append(w.sent, e)
	return w.to.Publish(ctx, e)
}

func (w *wire) set(cut func(e event.Event) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
}

func away(event.Event) error { return fault.New(fault.Retry, "broker_unreachable", "not connected") }

// nowhere acknowledges everything, for tests that are not about events.
type nowhere struct{}

func (nowhere) Publish(context.Context, event.Event) error { return nil }

func newBus(t testing.TB) *bus.Bus {
	t.Helper()
	server, err := embedded.Start(t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	b, err := bus.Connect(bus.Options{URL: server.URL(), Name: t.Name()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.Apply(t.Context(), bus.Profile{}); err != nil {
		t.Fatal(err)
	}
	return b
}

// process is one run of a service: a store on a file, and what only lives in memory.
func process(t testing.TB, docs docstore.Store, events outbox.Publisher, c clock.Clock, handled int) *Store[ledger] {
	t.Helper()
	s, err := Open(t.Context(), ledgerSpec(handled), Deps{Docs: docs, Events: events, Clock: c, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openFile(t testing.TB, path string) docstore.Store {
	t.Helper()
	docs, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = docs.Close() })
	return docs
}

func newFile(t testing.TB) docstore.Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "test.db"))
}

func turn(t testing.TB, s *Store[ledger], id, factID string, decide func(*Turn[ledger]) (Decision, error)) {
	t.Helper()
	if err := s.Turn(t.Context(), "m", id, factID, decide); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, s *Store[ledger], id string) docstore.Record[Document[ledger]] {
	t.Helper()
	rec, err := s.Documents().Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// storedDevices are the lines of the events that the broker holds, in its order.
func storedDevices(t testing.TB, b *bus.Bus) (lines, ids []string) {
	t.Helper()
	all, err := b.About(t.Context(), "N1")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		e, m, err := event.Read(s.Subject, s.Header, s.Data, s.At)
		if err != nil {
			t.Fatal(err)
		}
		lines, ids = append(lines, m.(*orderv1.OrderPaid).GetDeviceId()), append(ids, e.ID)
	}
	return lines, ids
}

// fill inserts n documents of a merchant at once.
func fill(t testing.TB, s *Store[ledger], n int, merchant string, set func(*Document[ledger])) {
	t.Helper()
	docs := make([]*Document[ledger], n)
	for i := range docs {
		id := merchant + "/" + line(i)
		docs[i] = &Document[ledger]{ID: id, Merchant: merchant, State: ledger{Holder: id}}
		set(docs[i])
	}
	for _, err := range s.coll.InsertMany(t.Context(), docs) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func line(i int) string { return "L" + strconv.Itoa(i) }
