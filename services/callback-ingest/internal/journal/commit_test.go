package journal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

// gated is a real store whose inserts pass one at a time, each when the test lets it.
type gated struct {
	docstore.Store
	shut  atomic.Bool
	begun chan int // rows of the insert that stands at the gate
	pass  chan struct{}
}

type gatedRaw struct {
	docstore.Raw
	gate *gated
}

func (g *gated) Collection(ctx context.Context, schema docstore.Schema) (docstore.Raw, error) {
	raw, err := g.Store.Collection(ctx, schema)
	return gatedRaw{raw, g}, err
}

func (r gatedRaw) InsertMany(ctx context.Context, rows []docstore.Row) []error {
	if r.gate.shut.Load() {
		r.gate.begun <- len(rows)
		<-r.gate.pass
	}
	return r.Raw.InsertMany(ctx, rows)
}

func open(t *testing.T) (*gated, *journal.Journal) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	g := &gated{Store: store, begun: make(chan int), pass: make(chan struct{})}
	j, err := journal.Open(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return g, j
}

func committer(t *testing.T, j *journal.Journal, most int, within time.Duration) *journal.Committer {
	t.Helper()
	c := journal.NewCommitter(j, most, within)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = c.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return c
}

func told(id string) *journal.Notice {
	return &journal.Notice{ID: id, Kind: notice.PayScoreOrder, State: journal.Waiting, ReceivedAt: time.Unix(1700000104, 0)}
}

func TestALoneNoticeIsWrittenAtOnceAndThoseBehindItInOneWrite(t *testing.T) {
	g, j := open(t)
	c := committer(t, j, 100, 10*time.Second)
	g.shut.Store(true)
	results := make(chan error, 31)
	store := func(id string) { results <- c.Store(context.Background(), told(id)) }
	go store("first")
	if n := <-g.begun; n != 1 {
		t.Fatalf("the lone notice was written with %d", n)
	}
	for i := range 30 { // ten facts, each told three times
		go store(fmt.Sprint("fact", i%10))
	}
	waitFor(t, func() bool { return c.Waiting() == 30 })
	g.pass <- struct{}{}
	if n := <-g.begun; n != 10 {
		t.Errorf("thirty tellings of ten facts were written as %d", n)
	}
	g.pass <- struct{}{}
	fresh, repeats := 0, 0
	for range 31 {
		switch err := <-results; {
		case err == nil:
			fresh++
		case fault.Is(err, fault.Duplicate):
			repeats++
		default:
			t.Error(err)
		}
	}
	if fresh != 11 || repeats != 20 {
		t.Errorf("%d new and %d repeats, want 11 and 20", fresh, repeats)
	}
}

func TestNoWriteIsLargerThanTheBound(t *testing.T) {
	g, j := open(t)
	c := committer(t, j, 4, 10*time.Second)
	g.shut.Store(true)
	for i := range 11 {
		go func() { _ = c.Store(context.Background(), told(fmt.Sprint(i))) }()
	}
	for written := 0; written < 11; {
		n := <-g.begun
		if n > 4 {
			t.Errorf("%d in one write", n)
		}
		written += n
		g.pass <- struct{}{}
	}
}

func TestACallerThatGaveUpIsNotWrittenAnyMore(t *testing.T) {
	g, j := open(t)
	c := committer(t, j, 100, 100*time.Millisecond)
	g.shut.Store(true)
	late := make(chan error, 2)
	go func() { late <- c.Store(context.Background(), told("first")) }()
	<-g.begun
	go func() { late <- c.Store(context.Background(), told("second")) }()
	for range 2 {
		if err := <-late; !fault.Is(err, fault.Retry) {
			t.Errorf("got %v, want a retry", err)
		}
	}
	g.shut.Store(false)
	g.pass <- struct{}{}
	if err := c.Store(context.Background(), told("second")); err != nil {
		t.Errorf("the repeat of what was never written got %v", err)
	}
}

func waitFor(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not come true within 10 s")
		}
	}
}
