package wechattest

import (
	"context"
	"sync"
	"time"
)

// Clock stands still until it is moved. It is a clock.Clock.
type Clock struct {
	mu      sync.Mutex
	now     time.Time
	waiting []waiter
}

type waiter struct {
	at time.Time
	ch chan time.Time
}

// At is a clock that stands at t.
func At(t time.Time) *Clock { return &Clock{now: t.UTC()} }

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// After fires when the clock was moved by d.
func (c *Clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	if d <= 0 {
		ch <- c.now
		return ch
	}
	c.waiting = append(c.waiting, waiter{c.now.Add(d), ch})
	return ch
}

// Sleep waits until the clock was moved by d, or ctx ends.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-c.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Move sets the clock forward and fires what is due.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	var later []waiter
	for _, w := range c.waiting {
		if w.at.After(c.now) {
			later = append(later, w)
		} else {
			w.ch <- c.now
		}
	}
	c.waiting = later
}

// Waiters is how many timers are running.
func (c *Clock) Waiters() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.waiting)
}
