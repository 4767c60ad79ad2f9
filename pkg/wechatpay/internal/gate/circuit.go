package gate

import "time"

// State is what the circuit of an account does.
type State uint8

const (
	// Closed lets every call through.
	Closed State = iota
	// Draining lets those who waited through, twice as many at a time after each that succeeds.
	Draining
	// Open lets one probe through at a time, at growing gaps.
	Open
)

// circuit opens when nothing comes back any more. A call counts for the state it was let through in: an answer that is late
// neither opens nor closes what has changed since.
type circuit struct {
	state State
	// epoch counts the changes of state.
	epoch int
	// lost are the times of the calls lost in a row, while closed.
	lost []time.Time
	// until is when the next probe may go; probes is how many failed before it.
	until  time.Time
	probes int
	// under are the calls on their way, at most window of them; not kept while closed.
	under, window int
}

// allows reports whether a call may go now; if not, when to ask again, zero when only an outcome can tell.
func (c *circuit) allows(now time.Time) (bool, time.Time) {
	switch {
	case c.state == Open && now.Before(c.until):
		return false, c.until
	case c.state != Closed && c.under >= c.window:
		return false, time.Time{}
	}
	return true, time.Time{}
}

// went notes a call let through, and gives the epoch to bring back with its outcome.
func (c *circuit) went() int {
	c.under++
	return c.epoch
}

// told takes the outcome of a call of an epoch; waiting is whether somebody still waits.
func (c *circuit) told(o Outcome, epoch int, now time.Time, opts *Options, waiting bool) {
	if epoch != c.epoch {
		return
	}
	c.under--
	switch {
	case o == Untold:
	case c.state == Closed && o == Lost:
		c.count(now, opts)
	case c.state == Closed:
		c.lost = c.lost[:0]
	case o == Lost:
		c.open(now, opts)
	case c.state == Draining && (!waiting || c.window >= opts.MaxWaiters):
		c.probes = 0
		c.enter(Closed, 0)
	case c.state == Draining:
		c.window *= 2
	case waiting:
		c.enter(Draining, 2)
	default:
		c.probes = 0
		c.enter(Closed, 0)
	}
}

// count adds a lost call to those in a row and forgets those too long ago: one order that fails for ever, asked once in
// an hour, is no outage.
func (c *circuit) count(now time.Time, opts *Options) {
	c.lost = append(c.lost, now)
	for now.Sub(c.lost[0]) > opts.TripWithin {
		c.lost = c.lost[1:]
	}
	if len(c.lost) >= opts.Trip {
		c.open(now, opts)
	}
}

func (c *circuit) open(now time.Time, opts *Options) {
	c.until = now.Add(opts.Probe.at(c.probes, opts.Dice()))
	c.probes++
	c.lost = nil
	c.enter(Open, 1)
}

func (c *circuit) enter(s State, window int) {
	c.state, c.window, c.under = s, window, 0
	c.epoch++
}
