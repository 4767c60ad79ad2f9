package bus

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	// muteAfter is for how long a stream may leave publishes unconfirmed before the broker counts as not working.
	muteAfter = 10 * time.Second
	// muteFor is how long that is believed without a new failure: another replica may have published what waited.
	muteFor = 30 * time.Second
)

// silences remembers which owners' streams leave publishes unconfirmed though the broker is connected: a NATS server that
// met a full disk answers pings and stores nothing.
type silences struct {
	mu sync.Mutex
	of map[string]silence
}

type silence struct{ since, last time.Time }

// note takes the outcome of one publish.
func (s *silences) note(e event.Event, err error, now time.Time) {
	owner, _, _ := strings.Cut(strings.TrimPrefix(e.Subject, event.Root+"."), ".")
	if tellsNothing(err) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		if len(s.of) > 0 {
			delete(s.of, owner)
		}
		return
	}
	if s.of == nil {
		s.of = map[string]silence{}
	}
	was, known := s.of[owner]
	if !known || now.Sub(was.last) > muteFor {
		was.since = now
	}
	was.last = now
	s.of[owner] = was
}

// messageTooLarge is the JetStream error by which a stream refuses one message and would take others.
const messageTooLarge jetstream.ErrorCode = 10054

// tellsNothing reports an error that is the message's own or the caller's: no word on how the stream is.
func tellsNothing(err error) bool {
	refused, ok := errors.AsType[*jetstream.APIError](err)
	return ok && refused.ErrorCode == messageTooLarge || errors.Is(err, context.Canceled)
}

// fault is nil unless a stream has been mute for long.
func (s *silences) fault(now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for owner, m := range s.of {
		if m.last.Sub(m.since) >= muteAfter && now.Sub(m.last) <= muteFor {
			return fault.New(fault.Retry, "stream_mute", "the stream of %s has confirmed nothing for %v", owner, now.Sub(m.since).Round(time.Second))
		}
	}
	return nil
}
