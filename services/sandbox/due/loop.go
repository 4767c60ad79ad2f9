// Package due runs work when its time has come: deductions and notices. What is due lives in the store; a loop only
// knows what it is working on right now, so a restart forgets nothing.
package due

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Item is something that waits for its time.
type Item struct {
	ID string
	At time.Time
}

// Source is what a loop works on.
type Source interface {
	// Waiting lists the items with the earliest times, at most limit.
	Waiting(ctx context.Context, limit int) ([]Item, error)
	// Work does one item and gives it a new time, or none. After an error the item is tried again a second later.
	Work(ctx context.Context, id string) error
}

// Loop works on due items, several at a time, never twice on one at once.
type Loop struct {
	source Source
	clock  clock.Clock
	log    *slog.Logger
	wake   chan struct{}
	slots  chan struct{}

	mu      sync.Mutex
	claimed map[string]bool
}

const (
	// pause is the wait after an error.
	pause = time.Second
	// longest is the wait when nothing is known to be due; additions wake the loop earlier.
	longest = time.Minute
)

// NewLoop makes a loop that does at most parallel items at once.
func NewLoop(source Source, parallel int, clk clock.Clock, log *slog.Logger) *Loop {
	return &Loop{source: source, clock: clk, log: log, wake: make(chan struct{}, 1), slots: make(chan struct{}, parallel), claimed: map[string]bool{}}
}

// Wake makes the loop look again: something was added or has a new time.
func (l *Loop) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Run works until ctx ends; then it waits for what is running, which is not cut off.
func (l *Loop) Run(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for {
		wait, err := l.start(ctx, &running)
		if err != nil && ctx.Err() == nil {
			l.log.ErrorContext(ctx, "cannot list what is due", "error", err)
			wait = pause
		}
		select {
		case <-l.wake:
		case <-l.clock.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

// start begins all that is due and answers how long nothing else will be.
func (l *Loop) start(ctx context.Context, running *sync.WaitGroup) (time.Duration, error) {
	items, err := l.source.Waiting(ctx, 4*cap(l.slots))
	if err != nil {
		return 0, err
	}
	for _, item := range items {
		if wait := item.At.Sub(l.clock.Now()); wait > 0 {
			return wait, nil
		}
		if !l.Claim(item.ID) {
			continue
		}
		select {
		case l.slots <- struct{}{}:
		case <-ctx.Done():
			l.Release(item.ID)
			return 0, nil
		}
		running.Go(func() { l.work(ctx, item.ID) })
	}
	return longest, nil
}

func (l *Loop) work(ctx context.Context, id string) {
	err := l.source.Work(context.WithoutCancel(ctx), id)
	<-l.slots
	if err != nil {
		l.log.ErrorContext(ctx, "due work failed", "class", fault.ClassOf(err).String(), "code", fault.CodeOf(err))
		_ = l.clock.Sleep(ctx, pause) // its only error is the end of ctx: then the next start begins with this item
	}
	l.Release(id)
	l.Wake()
}

// Claim keeps the loop off an item until Release; false when somebody works on it already.
func (l *Loop) Claim(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claimed[id] {
		return false
	}
	l.claimed[id] = true
	return true
}

// Release ends a Claim.
func (l *Loop) Release(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.claimed, id)
}
