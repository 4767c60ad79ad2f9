package due

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
)

// queue is a source in memory that notes when each item was worked on.
type queue struct {
	mu     sync.Mutex
	items  []Item
	fails  int
	takes  time.Duration
	active int
	most   int
	done   map[string]time.Duration
	begin  time.Time
}

func (q *queue) Waiting(_ context.Context, limit int) ([]Item, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return append([]Item(nil), q.items[:min(limit, len(q.items))]...), nil
}

func (q *queue) Work(_ context.Context, id string) error {
	q.mu.Lock()
	q.active++
	q.most = max(q.most, q.active)
	q.mu.Unlock()
	time.Sleep(q.takes) // in a synctest bubble: the work itself
	q.mu.Lock()
	defer q.mu.Unlock()
	q.active--
	if q.fails > 0 {
		q.fails--
		return errors.New("not now")
	}
	q.done[id] = time.Since(q.begin)
	for i, item := range q.items {
		if item.ID == id {
			q.items = append(q.items[:i], q.items[i+1:]...)
			break
		}
	}
	return nil
}

// ran works off the items, given with their times from the beginning.
func ran(t *testing.T, q *queue, parallel int, after ...time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		q.begin, q.done = time.Now(), map[string]time.Duration{}
		for i, d := range after {
			q.items = append(q.items, Item{ID: string(rune('a' + i)), At: q.begin.Add(d)})
		}
		ctx, stop := context.WithCancel(t.Context())
		loop := NewLoop(q, parallel, clock.Real(), slog.New(slog.NewTextHandler(io.Discard, nil)))
		ended := make(chan struct{})
		go func() { loop.Run(ctx); close(ended) }()
		time.Sleep(10 * time.Minute)
		stop()
		<-ended
	})
}

func TestEachItemIsWorkedOnAtItsTime(t *testing.T) {
	q := &queue{}
	ran(t, q, 4, 0, 15*time.Second, 3*time.Minute)
	if q.done["a"] != 0 || q.done["b"] != 15*time.Second || q.done["c"] != 3*time.Minute {
		t.Errorf("%v", q.done)
	}
}

func TestNoMoreThanTheLimitAreWorkedOnAtOnceAndAllGetDone(t *testing.T) {
	q := &queue{takes: time.Second}
	ran(t, q, 2, make([]time.Duration, 20)...)
	if q.most != 2 || len(q.done) != 20 {
		t.Errorf("%d at once, %d done", q.most, len(q.done))
	}
}

func TestAFailedItemIsTriedAgainASecondLater(t *testing.T) {
	q := &queue{fails: 3}
	ran(t, q, 4, 0)
	if q.done["a"] != 3*time.Second {
		t.Errorf("%v", q.done)
	}
}

func TestAClaimedItemIsLeftAlone(t *testing.T) {
	loop := NewLoop(&queue{}, 1, clock.Real(), nil)
	if !loop.Claim("a") || loop.Claim("a") {
		t.Error("claimed twice")
	}
	loop.Release("a")
	if !loop.Claim("a") {
		t.Error("not released")
	}
}
