// Package lane bounds work by merchant: a pool of places of which no merchant may hold more than its share, so that one
// merchant's hung provider leaves room for the others. Nobody queues: who finds no place is told so at once and decides.
package lane

import (
	"context"
	"sync"

	"github.com/facepay-go/facepay/pkg/fault"
)

// Pool hands out places.
type Pool struct {
	total, perMerchant int
	hands              *Hands

	mu sync.Mutex
	// used and by are places taken, all together and per merchant; open is slots that are not released yet.
	used, open int
	by         map[string]int
	closing    bool
	// idle is closed when a closing pool has no open slot any more.
	idle chan struct{}
}

// New makes a pool of total places, at most perMerchant for one merchant.
func New(total, perMerchant int) *Pool {
	return &Pool{total: total, perMerchant: perMerchant, hands: NewHands(), by: map[string]int{}, idle: make(chan struct{})}
}

// Slot is one piece of work that has a place. Exactly one of Go and Release is called.
type Slot struct {
	pool     *Pool
	merchant string
	freed    bool
}

// Reserve takes a place for the merchant. Errors are Retry: busy, which says whether the merchant's share or the whole
// pool is taken, and stopping, since Drain was called.
func (p *Pool) Reserve(merchant string) (*Slot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closing:
		return nil, fault.New(fault.Retry, "stopping", "this replica is stopping")
	case p.by[merchant] >= p.perMerchant:
		return nil, fault.New(fault.Retry, "busy", "the merchant has all its %d places taken", p.perMerchant)
	case p.used >= p.total:
		return nil, fault.New(fault.Retry, "busy", "all %d places are taken", p.total)
	}
	p.used++
	p.open++
	p.by[merchant]++
	return &Slot{pool: p, merchant: merchant}, nil
}

// Go runs work on its own goroutine and releases the slot afterwards.
func (s *Slot) Go(work func()) {
	s.pool.hands.Go(func() {
		defer s.Release()
		work()
	})
}

// Free gives the place to others before the slot's work is wholly over: an answer is still to be sent, and who hears it
// finds the place free. Drain waits for Release all the same.
func (s *Slot) Free() {
	s.pool.mu.Lock()
	defer s.pool.mu.Unlock()
	s.free()
}

func (s *Slot) free() {
	if s.freed {
		return
	}
	s.freed = true
	s.pool.used--
	if s.pool.by[s.merchant]--; s.pool.by[s.merchant] == 0 {
		delete(s.pool.by, s.merchant)
	}
}

// Release ends the work and gives the place back.
func (s *Slot) Release() {
	p := s.pool
	p.mu.Lock()
	defer p.mu.Unlock()
	s.free()
	p.open--
	if p.closing && p.open == 0 {
		close(p.idle)
	}
}

// Drain lets nobody in any more and waits until all slots are released, or until ctx ends: then the error is
// UnknownOutcome, still_running. It is called once.
func (p *Pool) Drain(ctx context.Context) error {
	p.mu.Lock()
	p.closing = true
	if p.open == 0 {
		close(p.idle)
	}
	p.mu.Unlock()
	select {
	case <-p.idle:
		return nil
	case <-ctx.Done():
		return fault.Wrap(ctx.Err(), fault.UnknownOutcome, "still_running", "waiting for work that runs")
	}
}
