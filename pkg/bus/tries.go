package bus

import (
	"sync"

	"github.com/facepay-go/facepay/pkg/fault"
)

// tries counts, in this process, how often messages were handled and failed. The broker's count of deliveries is no
// measure of that: a message that was given back unhandled, or died with another process, was delivered too. What is
// forgotten is tried a little longer, nothing else.
type tries struct {
	mu         sync.Mutex
	young, old map[place]failures
	bound      int
}

// place names a message.
type place struct {
	stream string
	seq    uint64
}

// failures are those of one message.
type failures struct {
	// all includes the errors of a store or broker that is away.
	all uint64
	// unexplained are errors nobody classified: bugs and panics.
	unexplained uint64
}

// newTries knows bound failing messages at least, and at most twice as many. With as many as the broker may have out at a
// time none is forgotten before it is settled: fewer, and a crowd of messages that all fail would push each other out,
// none would ever use up its patience, and nothing behind them would come.
func newTries(bound int) *tries { return &tries{young: map[place]failures{}, bound: bound} }

// failed counts one more failure of a message and returns them all.
func (t *tries) failed(p place, err error) failures {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, ok := t.young[p]
	if !ok {
		f = t.old[p]
	}
	f.all++
	if fault.ClassOf(err) == fault.Unclassified {
		f.unexplained++
	}
	if !ok && len(t.young) >= t.bound {
		t.young, t.old = make(map[place]failures, t.bound), t.young
	}
	t.young[p] = f
	return f
}

// forget forgets a message that was settled.
func (t *tries) forget(p place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.young, p)
	delete(t.old, p)
}
