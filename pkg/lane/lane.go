// Package lane bounds work by merchant: a pool of slots of which no merchant may hold more than its share, so that one
// merchant's hung provider leaves room for the others.
package lane

import (
	"context"
	"sync"
)

// Pool hands out slots.
type Pool struct {
	total, perMerchant int

	mu      sync.Mutex
	used    int
	by      map[string]int
	running sync.WaitGroup
}

// New makes a pool of total slots, at most perMerchant for one merchant.
func New(total, perMerchant int) *Pool {
	return &Pool{total: total, perMerchant: perMerchant, by: map[string]int{}}
}

// Slot is one reserved place. Exactly one of Go and Release is called.
type Slot struct {
	pool     *Pool
	merchant string
}

// Reserve takes a slot if there is one for this merchant.
func (p *Pool) Reserve(merchant string) (Slot, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.used >= p.total || p.by[merchant] >= p.perMerchant {
		return Slot{}, false
	}
	p.used++
	p.by[merchant]++
	p.running.Add(1)
	return Slot{p, merchant}, true
}

// Go runs work on its own goroutine and gives the slot back afterwards.
func (s Slot) Go(work func()) {
	go func() {
		defer s.Release()
		work()
	}()
}

// Release gives the slot back unused.
func (s Slot) Release() {
	s.pool.mu.Lock()
	s.pool.used--
	if s.pool.by[s.merchant]--; s.pool.by[s.merchant] == 0 {
		delete(s.pool.by, s.merchant)
	}
	s.pool.mu.Unlock()
	s.pool.running.Done()
}

// Wait waits until all slots are back, or until ctx ends (then its error). Nothing is reserved any more by then.
func (p *Pool) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		p.running.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
