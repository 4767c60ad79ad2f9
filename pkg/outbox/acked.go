package outbox

import "sync"

// Acked remembers, in this process, how far the events of recent documents are acknowledged, so that the next save of a
// document drops them without a write of its own. Forgetting costs one repeated publish, nothing else.
type Acked struct {
	mu         sync.Mutex
	young, old map[string]int64
	bound      int
}

// NewAcked remembers at least bound documents and at most twice as many.
func NewAcked(bound int) *Acked { return &Acked{young: map[string]int64{}, bound: bound} }

// Set notes that the document's events up to seq are acknowledged.
func (a *Acked) Set(id string, seq int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.young) >= a.bound {
		a.young, a.old = make(map[string]int64, a.bound), a.young
	}
	a.young[id] = max(seq, a.young[id], a.old[id])
}

// Get tells up to where the document's events are known to be acknowledged; 0 when nothing is known.
func (a *Acked) Get(id string) int64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(a.young[id], a.old[id])
}
