package sandbox_test

import (
	"context"
	"sync"
	"time"
)

// gearbox is a clock that can be made faster while it runs.
type gearbox struct {
	mu      sync.Mutex
	begin   time.Time
	shifted time.Duration // of its own time, up to begin
	scale   time.Duration
}

// shift changes the speed from now on.
func (g *gearbox) shift(scale int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.shifted += now.Sub(g.begin)*g.scale - now.Sub(g.begin)
	g.begin, g.scale = g.begin.Add(now.Sub(g.begin)), time.Duration(scale)
}

// jump moves the clock forward.
func (g *gearbox) jump(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shifted += d
}

func (g *gearbox) Now() time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.begin.Add(g.shifted + time.Since(g.begin)*g.scale).UTC().Truncate(time.Millisecond)
}

func (g *gearbox) After(d time.Duration) <-chan time.Time {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.After(d / g.scale)
}

func (g *gearbox) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-g.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
