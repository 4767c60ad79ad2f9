package stack

import (
	"context"
	"errors"
	"slices"
	"time"
)

// stop is one thing to undo.
type stop struct {
	// of is the service it belongs to; empty for what all share.
	of string
	do func(context.Context) error
}

func (s *Stack) onStop(of string, do func(context.Context) error) {
	s.stops = append(s.stops, stop{of, do})
}

// Stop stops everything, last started first, each within 10 seconds.
func (s *Stack) Stop(ctx context.Context) error {
	return s.undo(ctx, func(stop) bool { return true })
}

// StopService stops all replicas of one service and leaves everything else running, as a failed deployment would.
func (s *Stack) StopService(ctx context.Context, name string) error {
	return s.undo(ctx, func(one stop) bool { return one.of == name })
}

func (s *Stack) undo(ctx context.Context, which func(stop) bool) error {
	var errs []error
	for _, one := range slices.Backward(s.stops) {
		if which(one) {
			bounded, cancel := context.WithTimeout(ctx, 10*time.Second)
			errs = append(errs, one.do(bounded))
			cancel()
		}
	}
	s.stops = slices.DeleteFunc(s.stops, which)
	return errors.Join(errs...)
}
