package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// ErrInterrupted is returned by Run when a second signal came: parts may still be running, the process must exit.
var ErrInterrupted = errors.New("interrupted by a second signal, not everything was stopped")

// Run starts the parts in order, waits, and stops them in reverse order. It stops on SIGTERM or SIGINT, when ctx ends,
// or when a part fails; a part that cannot start stops those already started. All stops together get stopWithin; a part
// that exceeds it, and those left after it, are named in the error and left running. A second signal makes Run return
// ErrInterrupted at once. After a stop by signal or ctx without errors it returns nil.
func Run(ctx context.Context, log *slog.Logger, stopWithin time.Duration, parts ...Part) error {
	work, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	interrupted, ignoreSignals := onSignals(giveUp)
	defer ignoreSignals()

	r := run{log: log, stopWithin: stopWithin, giveUp: giveUp, interrupted: interrupted}
	return r.untilEnd(work, parts)
}

type run struct {
	log         *slog.Logger
	stopWithin  time.Duration
	giveUp      context.CancelCauseFunc
	interrupted <-chan struct{}
}

func (r run) untilEnd(work context.Context, parts []Part) error {
	finished := make(chan error, 1)
	go func() { finished <- r.wholeLife(work, parts) }()
	select {
	case err := <-finished:
		return err
	case <-r.interrupted:
		return ErrInterrupted
	}
}

func (r run) wholeLife(work context.Context, parts []Part) error {
	started, failure := r.startAll(work, parts)
	if failure == nil {
		<-work.Done()
		failure = partFailure(work)
	}
	r.log.Info("stopping", "reason", reason(work, failure))
	stop, cancel := context.WithTimeout(context.WithoutCancel(work), r.stopWithin)
	defer cancel()
	return errors.Join(failure, r.stopAll(stop, started))
}

// startAll gives the parts that started. It ends early, without an error, when work ends.
func (r run) startAll(work context.Context, parts []Part) ([]Part, error) {
	for i, p := range parts {
		if work.Err() != nil {
			return parts[:i], nil
		}
		if err := call(work, p.Start); err != nil {
			if work.Err() != nil {
				return parts[:i], nil
			}
			return parts[:i], fmt.Errorf("starting %s: %w", p.Name, err)
		}
		r.log.Info("started", KeyPart, p.Name)
		go r.watch(work, p)
	}
	return parts, nil
}

// watch ends the work when p fails.
func (r run) watch(work context.Context, p Part) {
	select {
	case err := <-p.Failed:
		r.giveUp(failed{part: p.Name, err: err})
	case <-work.Done():
	}
}

func (r run) stopAll(ctx context.Context, started []Part) error {
	var errs []error
	for _, p := range slices.Backward(started) {
		if ctx.Err() != nil {
			errs = append(errs, fmt.Errorf("no time left to stop %s", p.Name))
			continue
		}
		if err := stopOne(ctx, p); err != nil {
			errs = append(errs, fmt.Errorf("stopping %s: %w", p.Name, err))
			continue
		}
		r.log.Info("stopped", KeyPart, p.Name)
	}
	return errors.Join(errs...)
}

// stopOne does not trust Stop to heed its ctx.
func stopOne(ctx context.Context, p Part) error {
	done := make(chan error, 1)
	go func() { done <- call(ctx, p.Stop) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("not stopped in time: %w", ctx.Err())
	}
}

func call(ctx context.Context, f func(context.Context) error) error {
	if f == nil {
		return nil
	}
	return f(ctx)
}

// failed is the cause of a stop that a part brought about.
type failed struct {
	part string
	err  error
}

func (f failed) Error() string { return fmt.Sprintf("%s failed: %v", f.part, f.err) }
func (f failed) Unwrap() error { return f.err }

func partFailure(work context.Context) error {
	if f, ok := errors.AsType[failed](context.Cause(work)); ok {
		return f
	}
	return nil
}

func reason(work context.Context, failure error) string {
	if failure != nil {
		return "failure"
	}
	if s, ok := errors.AsType[stopSignal](context.Cause(work)); ok {
		return s.name
	}
	return "the caller ended it"
}
