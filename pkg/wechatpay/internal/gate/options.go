package gate

import (
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
)

// Rate is how often an endpoint is called.
type Rate struct {
	// Every is the time between two calls on average; 0 is no limit.
	Every time.Duration
	// Burst is how many calls may follow each other at once after a pause; at least 1.
	Burst int
}

// Options say how a gate behaves. All durations but MaxWait's upper bound are of Clock.
type Options struct {
	Clock clock.Clock
	// Dice gives numbers in [0, 1), for jitter.
	Dice func() float64
	// RateOf gives the rate of an endpoint, asked once for each.
	RateOf func(endpoint string) Rate
	// MaxWait bounds a wait, on Clock and on the machine's clock.
	MaxWait time.Duration
	// MaxWaiters bounds the queue.
	MaxWaiters int
	// BackOff are the pauses of an endpoint after "too frequent": half of each is jitter.
	BackOff Gaps
	// Trip calls lost in a row, all within TripWithin, open the circuit.
	Trip       int
	TripWithin time.Duration
	// Probe are the gaps between probes while the circuit is open: half of each is jitter.
	Probe Gaps
	// Observe hears of every call that could not go at once; nil for nobody. It must not block.
	Observe func(Held)
}

// Gaps grow from First to Longest by doubling.
type Gaps struct{ First, Longest time.Duration }

// at is the gap after n others, of which the second half is left to the dice.
func (g Gaps) at(n int, dice float64) time.Duration {
	gap := g.First
	for ; n > 0 && gap < g.Longest; n-- {
		gap *= 2
	}
	gap = min(gap, g.Longest)
	return gap/2 + time.Duration(dice*float64(gap/2))
}

// Cause says what kept a call back. The set is closed: it is a counter's label.
type Cause string

const (
	// ByRate: the configured rate of the endpoint.
	ByRate Cause = "rate"
	// ByBackOff: the endpoint said "too frequent" a moment ago.
	ByBackOff Cause = "back_off"
	// ByOutage: the account's circuit is open.
	ByOutage Cause = "outage"
	// ByCrowd: too many wait already.
	ByCrowd Cause = "crowd"
)

// Held is one call that could not go at once.
type Held struct {
	Endpoint string
	Cause    Cause
	// Went is false for a call that was refused after all.
	Went bool
}

// Refused is the error of a call that did not go.
type Refused struct{ Cause Cause }

func (r Refused) Error() string { return "not sent: held back by " + string(r.Cause) }
