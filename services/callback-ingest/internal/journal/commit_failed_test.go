package journal_test

import (
	"context"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
)

// full is a gated store on a disk without room: what passes the gate is refused.
type full struct{ *gated }

type fullRaw struct{ docstore.Raw }

func (f full) Collection(ctx context.Context, schema docstore.Schema) (docstore.Raw, error) {
	raw, err := f.gated.Collection(ctx, schema)
	return fullRaw{raw}, err
}

func (r fullRaw) InsertMany(ctx context.Context, rows []docstore.Row) []error {
	r.Raw.(gatedRaw).gate.begun <- len(rows)
	<-r.Raw.(gatedRaw).gate.pass
	errs := make([]error, len(rows))
	for i := range errs {
		errs[i] = fault.New(fault.Retry, "store_away", "no room")
	}
	return errs
}

func TestNobodyIsToldThatAFactIsStoredWhoseWriteFailed(t *testing.T) {
	g, _ := open(t)
	j, err := journal.Open(t.Context(), full{g})
	if err != nil {
		t.Fatal(err)
	}
	c := committer(t, j, 100, 10*time.Second)
	results := make(chan error, 6)
	store := func(id string) { results <- c.Store(context.Background(), told(id)) }
	go store("first")
	<-g.begun
	for range 5 { // one bringer and four repeats, in one group
		go store("fact")
	}
	waitFor(t, func() bool { return c.Waiting() == 5 })
	g.pass <- struct{}{}
	<-g.begun
	g.pass <- struct{}{}
	for range 6 {
		if err := <-results; !fault.Is(err, fault.Retry) {
			t.Errorf("a caller was told %v", err)
		}
	}
}
