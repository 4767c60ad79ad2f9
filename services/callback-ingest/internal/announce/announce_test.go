package announce_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/userkey"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/announce"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// room is an announcer and what it works with.
type room struct {
	*announce.Announcer
	journal *journal.Journal
	counts  *tally.Tally
	entity  []byte
}

func newRoom(t *testing.T, broker announce.Bus, now clock.Clock, pace announce.Pace) *room {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ingest.db"))
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	w := &room{}
	w.journal, err = journal.Open(t.Context(), store)
	must(t, err)
	book, err := merchant.Load("../../testdata/merchants.yaml")
	must(t, err)
	w.entity, err = os.ReadFile("../../testdata/golden_entity.json")
	must(t, err)
	w.counts, err = tally.New(noop.NewMeterProvider(), now)
	must(t, err)
	w.Announcer = announce.New(announce.Deps{
		Bus: broker, Journal: w.journal, Router: route.New(book), Users: userkey.New(service.NewSecret(make([]byte, 32))),
		Tally: w.counts, Clock: now, Log: slog.New(slog.DiscardHandler),
	}, pace)
	return w
}

// offer routes a notice as the door does, and offers it.
func (w *room) offer(t *testing.T, n *journal.Notice) {
	t.Helper()
	routed, err := w.Router.Route(n.Account, n.EventType, n.Entity)
	must(t, err)
	w.Offer(n, routed)
}

// counting is a broker that takes everything and counts it by id; enough is closed when it has so many ids.
type counting struct {
	first  func() // called when it gets the first ones, unless nil
	mu     sync.Mutex
	times  map[string]int
	want   int
	enough chan struct{}
}

func (c *counting) PublishMany(_ context.Context, es []event.Event) []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.times)
	if before == 0 && c.first != nil {
		c.first()
	}
	for _, e := range es {
		c.times[e.ID]++
	}
	if before < c.want && len(c.times) >= c.want {
		close(c.enough)
	}
	return make([]error, len(es))
}

func TestWhatDoesNotFitInTheQueueIsPublishedAsSoonAsTheQueueIsEmptyAndNotOnlyByTheSweep(t *testing.T) {
	broker := &counting{times: map[string]int{}, want: announce.MostOffered + 300, enough: make(chan struct{})}
	// No sweep runs here.
	w := newRoom(t, broker, clock.Real(), announce.Pace{SweepEvery: time.Hour, Settled: time.Hour})
	committer := journal.NewCommitter(w.journal, 256, 10*time.Second)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = committer.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	for i := range broker.want {
		n := &journal.Notice{
			ID: fmt.Sprintf("%032x", i), Kind: notice.PayScoreOrder, Account: "wx-main", State: journal.Waiting,
			EventType: "PAYSCORE.USER_PAID", ReceivedAt: time.Now(),
			Entity: bytes.ReplaceAll(w.entity, []byte("PS20231115000001"), fmt.Appendf(nil, "PS%014d", i)),
		}
		if i >= announce.MostOffered { // those before are published without a look at the store
			must(t, committer.Store(ctx, n))
		}
		w.offer(t, n)
	}
	running.Go(func() { _ = w.RunAtOnce(ctx) })
	select {
	case <-broker.enough:
	case <-time.After(20 * time.Second):
		t.Fatal("not everything was published")
	}
	broker.mu.Lock()
	defer broker.mu.Unlock()
	for id, times := range broker.times {
		if times != 1 {
			t.Errorf("%s was published %d times", id, times)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// choosy is a broker that takes all but some ids, and tells when it was asked so often.
type choosy struct {
	refuses map[string]bool
	asked   chan struct{}
}

func (c *choosy) PublishMany(_ context.Context, es []event.Event) []error {
	errs := make([]error, len(es))
	for i, e := range es {
		if c.refuses[e.ID] {
			errs[i] = fault.New(fault.Retry, "publish_unconfirmed", "publishing")
		}
	}
	c.asked <- struct{}{}
	return errs
}

// The answer to one event is no answer to the others of its batch, wherever it stands.
func TestOnlyWhatTheBrokerTookIsMarkedAsPublished(t *testing.T) {
	const all = 6
	id := func(i int) string { return fmt.Sprintf("%032x", i) }
	for name, refused := range map[string][]int{"first": {0}, "middle": {2}, "last": {all - 1}, "all but one": {0, 1, 2, 4, 5}} {
		broker := &choosy{refuses: map[string]bool{}, asked: make(chan struct{}, 16)}
		for _, i := range refused {
			broker.refuses[id(i)] = true
		}
		w := newRoom(t, broker, clock.Real(), announce.Pace{SweepEvery: time.Hour})
		committer := journal.NewCommitter(w.journal, 256, 10*time.Second)
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = committer.Run(ctx) })
		for i := range all {
			must(t, committer.Store(ctx, &journal.Notice{
				ID: id(i), Kind: notice.PayScoreOrder, Account: "wx-main", State: journal.Waiting, EventType: "PAYSCORE.USER_PAID",
				ReceivedAt: time.Now().Add(-time.Minute),
				Entity:     bytes.ReplaceAll(w.entity, []byte("PS20231115000001"), fmt.Appendf(nil, "PS%014d", i)),
			}))
		}
		running.Go(func() { _ = w.RunSweep(ctx) })
		<-broker.asked
		stop()
		running.Wait()
		waiting := map[string]bool{}
		for page, err := range w.journal.WaitingPages(t.Context(), time.Now()) {
			must(t, err)
			for _, n := range page {
				waiting[n.ID] = true
			}
		}
		if !maps.Equal(waiting, broker.refuses) {
			t.Errorf("%s refused: %v wait, want %v", name, waiting, broker.refuses)
		}
	}
}
