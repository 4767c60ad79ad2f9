package lane

import "time"

// rest is how long hands wait for the next piece of work before they go.
const rest = time.Second

// Hands run work on goroutines that go from one piece to the next. What decodes, signs and writes needs a deep stack, and
// a fresh goroutine begins with a small one that is copied each time it grows; under load that was a fiftieth of the
// processor. There are as many as ever worked at once within the last moment. The zero value has none and cannot be used.
type Hands struct{ idle chan func() }

// NewHands has no goroutine yet.
func NewHands() *Hands { return &Hands{idle: make(chan func())} }

// Go runs work on a goroutine of its own, an idle one if there is one. It does not block.
func (h *Hands) Go(work func()) {
	select {
	case h.idle <- work:
	default:
		go h.run(work)
	}
}

func (h *Hands) run(work func()) {
	resting := time.NewTimer(rest)
	defer resting.Stop()
	for {
		work()
		resting.Reset(rest)
		select {
		case work = <-h.idle:
		case <-resting.C:
			return
		}
	}
}
