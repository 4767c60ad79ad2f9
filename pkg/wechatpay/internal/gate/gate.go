package gate

import (
	"context"
	"sync"
	"time"
)

// Outcome is what became of a call, as far as the gate has to know.
type Outcome uint8

const (
	// Untold: the call says nothing about the provider: the caller gave up, or it was never sent for a fault of ours.
	Untold Outcome = iota
	// Answered: the provider answered, whatever it said.
	Answered
	// TooFrequent: the provider answered that calls come too fast.
	TooFrequent
	// Lost: no answer, or a failure of the provider's own (5xx).
	Lost
)

// Gate is the gate of one account. Safe for concurrent use.
type Gate struct {
	o       Options
	mu      sync.Mutex
	lanes   map[string]*lane
	circuit circuit
	queue   []*waiter
}

// New is an open gate.
func New(o Options) *Gate {
	return &Gate{o: o, lanes: map[string]*lane{}}
}

// Pass is a call that may go. Tell is called exactly once.
type Pass struct {
	gate  *Gate
	lane  *lane
	went  time.Time
	epoch int
}

// State is what the circuit does now.
func (g *Gate) State() State {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.circuit.state
}

// Waiting is how many calls wait.
func (g *Gate) Waiting() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.queue)
}

// Tell brings the outcome of the call back.
func (p *Pass) Tell(o Outcome) {
	g := p.gate
	now := g.o.Clock.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	p.lane.told(o, p.went, now, &g.o)
	g.circuit.told(o, p.epoch, now, &g.o, len(g.queue) > 0)
	g.admit(now)
	for _, w := range g.queue {
		w.look() // what it waits for may have moved
	}
}

// Enter waits for the turn of a call of endpoint. The error is Refused when the call cannot go within MaxWait or too many
// wait, and ctx's when that ended first.
func (g *Gate) Enter(ctx context.Context, endpoint string) (*Pass, error) {
	now := g.o.Clock.Now()
	g.mu.Lock()
	w := &waiter{endpoint: endpoint, lane: g.lane(endpoint), latest: now.Add(g.o.MaxWait), again: make(chan struct{}, 1)}
	g.queue = append(g.queue, w)
	g.admit(now)
	pass := w.pass
	crowded := pass == nil && len(g.queue) > g.o.MaxWaiters
	if crowded {
		g.queue = g.queue[:len(g.queue)-1] // it came last
	}
	g.mu.Unlock()
	switch {
	case crowded:
		g.observe(Held{Endpoint: endpoint, Cause: ByCrowd})
		return nil, Refused{Cause: ByCrowd}
	case pass != nil:
		return pass, nil
	}
	return g.wait(ctx, w)
}

func (g *Gate) lane(endpoint string) *lane {
	l, known := g.lanes[endpoint]
	if !known {
		l = &lane{rate: g.o.RateOf(endpoint)}
		l.rate.Burst = max(l.rate.Burst, 1)
		g.lanes[endpoint] = l
	}
	return l
}

func (g *Gate) observe(h Held) {
	if g.o.Observe != nil {
		g.o.Observe(h)
	}
}
