package chaos

import (
	"fmt"
	"sync/atomic"
	"time"
)

// status is how far a run has come.
type status struct {
	o     Options
	city  *city
	k     *killer
	begun time.Time
	what  atomic.Pointer[string]
}

func newStatus(o Options, c *city, k *killer) *status {
	s := &status{o: o, city: c, k: k, begun: time.Now()}
	s.phase("load")
	return s
}

func (s *status) phase(what string) { s.what.Store(&what) }

func (s *status) line() string {
	return fmt.Sprintf("%s %s: %d/%d customers gone, %s, %d events, %.0fs",
		s.o.Mode, *s.what.Load(), s.city.over.Load(), s.o.Orders, s.k.blows(), s.city.tracker.Total(), time.Since(s.begun).Seconds())
}
