package bench

import (
	"context"
	"errors"
	"sync"
	"time"
)

// window is the part of a round that is measured: so many orders, one finished after the other, in the middle of a shop
// that is full before and after. It opens when as many orders are finished as there are kiosks, so that none of those that
// all came at once at the beginning is in it, and whoever leaves is followed by another until it closes. As many
// are half done when it opens as when it closes: what they cost before makes up for what those cost behind.
type window struct {
	run *run

	mu       sync.Mutex
	finished int
	closed   bool
	began    meter
	profiled func() // ends the profile
	failed   error  // of its beginning

	// spent is what the window took.
	spent cost
	// served are the orders that were finished in it, took their visits.
	served []int
	took   []time.Duration
}

func (r *run) newWindow() *window { return &window{run: r, profiled: func() {}} }

// measure serves customers in s until the window is over and the last of them has left.
func (w *window) measure(ctx context.Context, s *shop, name string) error {
	err := s.open(ctx, name, w.run.kiosks, w.more, w.done)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed { // not reached without an error
		w.profiled()
	}
	return errors.Join(err, w.failed)
}

// more lets customers in until the window is closed.
func (w *window) more(int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.closed
}

// done counts an order.
func (w *window) done(i int, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finished++
	switch behind := w.finished - w.run.kiosks; {
	case behind == 0:
		w.profiled, w.failed = w.run.profile.start()
		w.began = begin()
	case behind > 0 && !w.closed:
		w.served, w.took = append(w.served, i), append(w.took, took)
		if behind == w.run.orders {
			w.spent, w.closed = w.began.end(), true
			w.profiled()
		}
	}
}
