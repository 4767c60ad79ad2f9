package bus

import "time"

// tempo is what time means to consumers. It runs on the machine's clock, as the broker does that it is agreed with.
type tempo struct {
	// ackWait is how long the broker waits for a sign of life before it delivers a message again. It is also how long a
	// killed service's messages wait for another, and a customer stands before the door meanwhile.
	ackWait time.Duration
	// first and longest bound the growing wait before a message comes again.
	first, longest time.Duration
}

// production is the tempo of every bus but those of tests of this package.
func production() tempo {
	return tempo{ackWait: 10 * time.Second, first: 100 * time.Millisecond, longest: 5 * time.Second}
}

// heartbeat is the gap between signs of life.
func (t tempo) heartbeat() time.Duration { return t.ackWait / 3 }

// idle is the gap between the broker's signs of life on a pull that waits; after two of them missing (ten seconds in
// production) the pull is opened anew. The client library takes no less than half a second.
func (t tempo) idle() time.Duration { return max(t.ackWait/2, 500*time.Millisecond) }

// hold is how long a handler may keep a message: ten minutes in production.
func (t tempo) hold() time.Duration { return 60 * t.ackWait }

// again is the wait behind failure number failures of a message. It is short, because a delayed message occupies MaxAckPending:
// long waits belong in documents, also when an error asks for one (at most twelve times longest, a minute, is granted).
func (t tempo) again(failures uint64, asked time.Duration) time.Duration {
	grown := min(t.first<<min(max(failures, 1)-1, 10), t.longest)
	return max(grown, min(asked, 12*t.longest))
}
