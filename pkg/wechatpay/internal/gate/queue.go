package gate

import (
	"context"
	"slices"
	"time"
)

// waiter is one call in the queue.
type waiter struct {
	endpoint string
	lane     *lane
	// latest is the end of its patience on the gate's clock.
	latest time.Time
	// pass is set, under the gate's lock, when it may go.
	pass *Pass
	// again has a token when it should look again.
	again chan struct{}
}

func (w *waiter) look() {
	select {
	case w.again <- struct{}{}:
	default:
	}
}

// admit lets go whoever may, in the order they came. An endpoint that has to wait is passed over, together with all of
// its calls behind; a circuit that is not closed holds everybody up.
func (g *Gate) admit(now time.Time) {
	var stay []*waiter
	held := map[*lane]bool{}
	for i, w := range g.queue {
		if open, _ := g.circuit.allows(now); !open {
			stay = append(stay, g.queue[i:]...)
			break
		}
		if at, _ := w.lane.free(now); held[w.lane] || at.After(now) {
			held[w.lane] = true
			stay = append(stay, w)
			continue
		}
		w.lane.took(now)
		w.pass = &Pass{gate: g, lane: w.lane, went: now, epoch: g.circuit.went()}
		w.look()
	}
	g.queue = stay
}

// wait is the life of a waiter. Its patience has two ends: one on the gate's clock, so that nobody is kept for a turn
// that comes too late, and one on the machine's, for a probe that hangs.
func (g *Gate) wait(ctx context.Context, w *waiter) (*Pass, error) {
	patience := time.NewTimer(g.o.MaxWait)
	defer patience.Stop()
	v := g.view(w)
	held := Held{Endpoint: w.endpoint, Cause: v.cause}
	var err error
	for v.pass == nil && err == nil {
		if v.hopeless {
			err = Refused{Cause: v.cause}
			break
		}
		select {
		case <-w.again:
			v = g.view(w)
		case <-v.later:
			v = g.view(w)
		case <-patience.C:
			err = Refused{Cause: v.cause}
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	pass := g.leave(w)
	if pass != nil {
		err = nil // let go in the moment it gave up: its turn is spent, so it goes
	}
	held.Went = pass != nil
	g.observe(held)
	return pass, err
}

// view is how things stand for a waiter.
type view struct {
	// pass is set when it may go.
	pass *Pass
	// cause is what it waits for otherwise; hopeless says that its turn cannot come within its patience.
	cause    Cause
	hopeless bool
	// later fires when to look again; nil when only an outcome can tell.
	later <-chan time.Time
}

func (g *Gate) view(w *waiter) view {
	now := g.o.Clock.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.pass == nil {
		g.admit(now)
	}
	if w.pass != nil {
		return view{pass: w.pass}
	}
	at, cause := w.lane.free(now)
	turn := at.Add(time.Duration(g.ahead(w)) * w.lane.rate.Every)
	if open, until := g.circuit.allows(now); !open {
		at, cause = until, ByOutage
	}
	v := view{cause: cause, hopeless: turn.After(w.latest) || at.After(w.latest)}
	if at.After(now) {
		v.later = g.o.Clock.After(at.Sub(now))
	}
	return v
}

// ahead is how many calls of the same endpoint go before w.
func (g *Gate) ahead(w *waiter) int {
	n := 0
	for _, other := range g.queue {
		if other == w {
			break
		}
		if other.lane == w.lane {
			n++
		}
	}
	return n
}

// leave takes w out of the queue and gives its pass, nil when it was not let go.
func (g *Gate) leave(w *waiter) *Pass {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queue = slices.DeleteFunc(g.queue, func(other *waiter) bool { return other == w })
	return w.pass
}
