package tally

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Counts is what happened since the service started.
type Counts struct {
	// Received are requests to the doors of known accounts, whatever their answer.
	Received int64
	// Outcomes are answers by outcome.
	Outcomes map[Outcome]int64
	// Reasons are the answers that had a reason, by reason.
	Reasons map[string]int64
	// Published are notices whose event the broker acknowledged.
	Published int64
	// Connections are open now; RefusedConnections were closed at once, since their source had too many.
	Connections, RefusedConnections int64
}

// Counts reads the numbers. Each is exact; all together are not one moment.
func (t *Tally) Counts() Counts {
	t.counts.mu.Lock()
	defer t.counts.mu.Unlock()
	return Counts{
		Received: t.counts.received.Load(), Published: t.counts.published.Load(),
		Connections: t.counts.connections.Load(), RefusedConnections: t.counts.refused.Load(),
		Outcomes: maps.Clone(t.counts.outcomes), Reasons: maps.Clone(t.counts.reasons),
	}
}

type counts struct {
	received, published  atomic.Int64
	connections, refused atomic.Int64
	// inHand are deliveries that arrived and are not answered yet.
	inHand atomic.Int64

	mu       sync.Mutex
	outcomes map[Outcome]int64
	reasons  map[string]int64
}

func (c *counts) answered(d Delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outcomes[d.Outcome]++
	if d.Reason != "" {
		c.reasons[d.Reason]++
	}
}
