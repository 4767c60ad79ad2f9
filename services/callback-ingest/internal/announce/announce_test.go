package announce_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric/noop"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/userkey"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/announce"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// counting is a broker that takes everything and counts it by id; enough is closed when it has so many ids.
type counting struct {
	mu     sync.Mutex
	times  map[string]int
	want   int
	enough chan struct{}
}

func (c *counting) PublishMany(_ context.Context, es []event.Event) []error {
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.times)
	for _, e := range es {
		c.times[e.ID]++
	}
	if before < c.want && len(c.times) >= c.want {
		close(c.enough)
	}
	return make([]error, len(es))
}

func TestWhatDoesNotFitInTheQueueIsPublishedAsSoonAsTheQueueIsEmptyAndNotOnlyByTheSweep(t *testing.T) {
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "ingest.db"))
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	j, err := journal.Open(t.Context(), store)
	must(t, err)
	book, err := merchant.Load("../../testdata/merchants.yaml")
	must(t, err)
	entity, err := os.ReadFile("../../testdata/golden_entity.json")
	must(t, err)
	counts, err := tally.New(noop.NewMeterProvider(), clock.Real())
	must(t, err)
	router, broker := route.New(book), &counting{times: map[string]int{}, want: announce.MostOffered + 300, enough: make(chan struct{})}
	// No sweep runs here.
	a := announce.New(announce.Deps{
		Bus: broker, Journal: j, Router: router, Users: userkey.New(service.NewSecret(make([]byte, 32))), Tally: counts,
		Clock: clock.Real(), Log: slog.New(slog.DiscardHandler),
	}, time.Hour, time.Hour)
	committer := journal.NewCommitter(j, 256, 10*time.Second)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = committer.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	for i := range broker.want {
		n := &journal.Notice{
			ID: fmt.Sprintf("%032x", i), Kind: notice.PayScoreOrder, Account: "wx-main", State: journal.Waiting,
			EventType: "PAYSCORE.USER_PAID", ReceivedAt: time.Now(),
			Entity: bytes.ReplaceAll(entity, []byte("PS20231115000001"), fmt.Appendf(nil, "PS%014d", i)),
		}
		routed, err := router.Route(n.Account, n.EventType, n.Entity)
		must(t, err)
		if i >= announce.MostOffered { // those before are published without a look at the store
			must(t, committer.Store(ctx, n))
		}
		a.Offer(n, routed)
	}
	running.Go(func() { _ = a.RunAtOnce(ctx) })
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
