package journal_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
)

func TestOldNoticesAreDeletedUnlessTheyStillWait(t *testing.T) {
	_, j := open(t)
	c := committer(t, j, 100, 10*time.Second)
	now := clock.Real().Now()
	for i, s := range []journal.State{journal.Published, journal.Kept, journal.Unroutable, journal.Waiting} {
		for age, days := range map[string]int{"old": 401, "young": 399} {
			n := told(fmt.Sprint(age, i))
			n.State, n.ReceivedAt, n.Merchant, n.OutOrderNo = s, now.AddDate(0, 0, -days), "m", age
			if err := c.Store(t.Context(), n); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := journal.Retention{Journal: j, Clock: clock.Real(), Log: slog.New(slog.DiscardHandler), Keep: 400 * 24 * time.Hour, Every: time.Hour}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = r.Run(ctx) })
	defer running.Wait()
	defer cancel()
	left := func(age string) int {
		about, err := j.About(t.Context(), "m", age)
		if err != nil {
			t.Fatal(err)
		}
		return len(about)
	}
	waitFor(t, func() bool { return left("old") == 1 })
	if n := left("young"); n != 4 {
		t.Errorf("%d young notices are left of 4", n)
	}
}
