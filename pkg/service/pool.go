package service

import (
	"context"
	"sync"

	"github.com/facepay-go/facepay/pkg/fault"
)

// pool counts what runs: all together, and per merchant, so that a merchant whose provider hangs cannot take the places
// of the others. It does not queue: the caller is told at once and decides.
type pool struct {
	workers, perMerchant int

	mu sync.Mutex
	// running and total are handlers, open is requests that are not answered yet.
	running     map[string]int
	total, open int
	closing     bool
	idle        chan struct{}
}

func newPool(workers, perMerchant int) *pool {
	return &pool{workers: workers, perMerchant: perMerchant, running: map[string]int{}, idle: make(chan struct{})}
}

// enter takes a place for merchant, or is an error of class Retry: busy, or stopping.
func (p *pool) enter(merchant string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closing:
		return fault.New(fault.Retry, "stopping", "this replica is stopping")
	case p.running[merchant] >= p.perMerchant:
		return fault.New(fault.Retry, "busy", "the merchant has %d requests running", p.perMerchant)
	case p.total >= p.workers:
		return fault.New(fault.Retry, "busy", "all %d workers are taken", p.workers)
	}
	p.running[merchant]++
	p.total++
	p.open++
	return nil
}

// leave gives the place back: the handler has returned. Before the answer is sent, so that a caller who heard it finds
// the place free.
func (p *pool) leave(merchant string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.total--
	if p.running[merchant]--; p.running[merchant] == 0 {
		delete(p.running, merchant)
	}
}

// answered ends a request.
func (p *pool) answered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.open--
	if p.closing && p.open == 0 {
		close(p.idle)
	}
}

// drain lets nobody in any more and waits until all are answered. It is called once.
func (p *pool) drain(ctx context.Context) error {
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
		return fault.Wrap(ctx.Err(), fault.UnknownOutcome, "requests_running", "waiting for running requests")
	}
}
