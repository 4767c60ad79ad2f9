package door

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Of each reason, so many refusals are logged at once, and then one in every logEvery: whoever floods the door must not
// flood the log. All of them are counted in the metrics.
const (
	logBurst = 20
	logEvery = 10 * time.Second
)

// sampler chooses which refusals are logged. Its zero value is ready. Reasons are a closed set.
type sampler struct {
	mu      sync.Mutex
	reasons map[string]*sampled
}

type sampled struct {
	limit *rate.Limiter
	// leftOut are refusals since the last one that was logged.
	leftOut int
}

// take reports whether a refusal is to be logged, and how many of its reason were left out before it.
func (s *sampler) take(now time.Time, reason string) (leftOut int, logged bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := s.reasons[reason]
	if of == nil {
		if s.reasons == nil {
			s.reasons = map[string]*sampled{}
		}
		of = &sampled{limit: rate.NewLimiter(rate.Every(logEvery), logBurst)}
		s.reasons[reason] = of
	}
	if !of.limit.AllowN(now, 1) {
		of.leftOut++
		return 0, false
	}
	leftOut, of.leftOut = of.leftOut, 0
	return leftOut, true
}
