package announce_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/announce"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/notice"
)

// steps is a clock that goes on only while somebody sleeps, as far as pace times that.
type steps struct {
	clock.Clock
	pace  time.Duration
	slept atomic.Int64
	// after is called after each sleep with their number.
	after func(sleeps int64)
}

var began = time.UnixMilli(1_700_000_104_000).UTC()

const look = 5 * time.Millisecond

func (s *steps) Now() time.Time {
	return began.Add(time.Duration(s.slept.Load()) * s.pace * look)
}

func (s *steps) Sleep(ctx context.Context, _ time.Duration) error {
	if n := s.slept.Add(1); s.after != nil {
		s.after(n)
	}
	return ctx.Err()
}

func TestPublishingGivesWayToABusyDoorAndNoLongerThanStated(t *testing.T) {
	const longest = 100 * time.Millisecond
	for name, c := range map[string]struct {
		inHand, offered int
		age             time.Duration
		pace            time.Duration
		idleAfter       int64
		sleeps          int64
	}{
		"a door with time":             {inHand: 7, offered: 1, pace: 1, sleeps: 0},
		"a busy door":                  {inHand: 8, offered: 1, pace: 1, sleeps: 20},
		"a door that gets time":        {inHand: 8, offered: 1, pace: 1, idleAfter: 3, sleeps: 3},
		"a notice that waited already": {inHand: 8, offered: 1, pace: 1, age: 90 * time.Millisecond, sleeps: 2},
		"a notice that waited enough":  {inHand: 500, offered: 1, pace: 1, age: longest, sleeps: 0},
		"a queue that fills":           {inHand: 500, offered: announce.MostOffered/2 + 2, pace: 1, sleeps: 0},
		"a clock that stands still":    {inHand: 500, offered: 1, pace: 0, sleeps: 20},
		"a clock that is set back":     {inHand: 500, offered: 1, pace: -1, sleeps: 20},
	} {
		t.Run(name, func(t *testing.T) {
			broker := &counting{times: map[string]int{}, want: 1, enough: make(chan struct{})}
			now := &steps{pace: c.pace}
			w := newRoom(t, broker, now, announce.Pace{SweepEvery: time.Hour, Settled: time.Hour, GiveWay: longest})
			for range c.inHand {
				w.counts.Arrived()
			}
			now.after = func(sleeps int64) {
				if sleeps == c.idleAfter {
					w.counts.Settled()
				}
			}
			for i := range c.offered {
				w.offer(t, &journal.Notice{
					ID: fmt.Sprintf("%032x", i), Kind: notice.PayScoreOrder, Account: "wx-main", State: journal.Waiting,
					EventType: "PAYSCORE.USER_PAID", ReceivedAt: began.Add(-c.age), Entity: w.entity,
				})
			}
			var sleeps int64
			broker.first = func() { sleeps = now.slept.Load() }
			ctx, stop := context.WithCancel(t.Context())
			var running sync.WaitGroup
			running.Go(func() { _ = w.RunAtOnce(ctx) })
			<-broker.enough
			stop()
			running.Wait()
			if sleeps != c.sleeps {
				t.Errorf("published after %v, want %v", time.Duration(sleeps)*look, time.Duration(c.sleeps)*look)
			}
		})
	}
}
