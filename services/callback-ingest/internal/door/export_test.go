package door

import "time"

// SourceOf is what a connection's source is counted by, Over is what the limits make of a listener.
var (
	SourceOf = sourceOf
	Over     = Connections.over
)

// Sampler is a sampler.
type Sampler struct{ sampler }

// Take is its take.
func (s *Sampler) Take(now time.Time, reason string) (leftOut int, logged bool) {
	return s.take(now, reason)
}
