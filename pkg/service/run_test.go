package service

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// diary notes what parts were told to do, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

// part notes its starts and stops and returns the given errors.
func (d *diary) part(name string, start, stop error) Part {
	return Part{
		Name:  name,
		Start: func(context.Context) error { d.note("start " + name); return start },
		Stop:  func(context.Context) error { d.note("stop " + name); return stop },
	}
}

// runUnsignalled is Run without signals, which do not come into a synctest bubble.
func runUnsignalled(ctx context.Context, stopWithin time.Duration, parts ...Part) error {
	work, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	return run{log: quiet, stopWithin: stopWithin, giveUp: giveUp}.untilEnd(work, parts)
}

func TestPartsStartInOrderAndStopInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		ctx, end := context.WithCancel(context.Background())
		result := make(chan error)
		go func() {
			result <- runUnsignalled(ctx, time.Second, d.part("a", nil, nil), d.part("b", nil, nil), d.part("c", nil, nil))
		}()
		synctest.Wait()
		d.note("end")
		end()
		if err := <-result; err != nil {
			t.Errorf("a clean stop returns %v", err)
		}
		want := []string{"start a", "start b", "start c", "end", "stop c", "stop b", "stop a"}
		if diff := cmp.Diff(want, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAPartThatCannotStartStopsThoseBeforeIt(t *testing.T) {
	var d diary
	cause := errors.New("no broker")
	err := Run(t.Context(), quiet, time.Second, d.part("a", nil, nil), d.part("b", nil, nil), d.part("c", cause, nil), d.part("d", nil, nil))
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "starting c") {
		t.Errorf("got %v", err)
	}
	want := []string{"start a", "start b", "start c", "stop b", "stop a"}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestAPartThatFailsStopsTheService(t *testing.T) {
	var d diary
	cause := errors.New("the listener broke")
	failing := make(chan error, 1)
	b := d.part("b", nil, nil)
	b.Failed = failing
	failing <- cause
	err := Run(t.Context(), quiet, time.Second, d.part("a", nil, nil), b)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "b failed") {
		t.Errorf("got %v", err)
	}
	want := []string{"start a", "start b", "stop b", "stop a"}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestAnErrorWhileStoppingIsToldAndTheRestStillStops(t *testing.T) {
	var d diary
	ctx, end := context.WithCancel(context.Background())
	end()
	cause := errors.New("not flushed")
	started := Part{Name: "ends it", Start: func(context.Context) error { return nil }}
	// A ctx that ended before the start starts nothing.
	if err := Run(ctx, quiet, time.Second, d.part("a", nil, cause)); err != nil || len(d.lines) != 0 {
		t.Errorf("got %v after %v", err, d.lines)
	}
	ctx, end = context.WithCancel(context.Background())
	started.Start = func(context.Context) error { end(); return nil }
	err := Run(ctx, quiet, time.Second, d.part("a", nil, nil), d.part("b", nil, cause), started)
	if !errors.Is(err, cause) || !strings.Contains(err.Error(), "stopping b") {
		t.Errorf("got %v", err)
	}
	if diff := cmp.Diff([]string{"start a", "start b", "stop b", "stop a"}, d.lines); diff != "" {
		t.Error(diff)
	}
}

func TestWhateverHappensWhatStartedIsStoppedOnceInReverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d diary
		var parts []Part
		ctx, end := context.WithCancel(context.Background())
		defer end()
		n := rapid.IntRange(0, 6).Draw(t, "parts")
		badStart := rapid.IntRange(0, n).Draw(t, "the part that does not start")
		for i := range n {
			var start, stop error
			if i == badStart {
				start = errors.New("no")
			}
			if rapid.Bool().Draw(t, "its stop fails") {
				stop = errors.New("no")
			}
			parts = append(parts, d.part(strconv.Itoa(i), start, stop))
		}
		// Reached only when all others start.
		parts = append(parts, Part{Name: "end", Start: func(context.Context) error { end(); return nil }})
		_ = runUnsignalled(ctx, time.Minute, parts...)
		var want []string
		for i := range min(badStart+1, n) {
			want = append(want, "start "+strconv.Itoa(i))
		}
		for i := badStart - 1; i >= 0; i-- {
			want = append(want, "stop "+strconv.Itoa(i))
		}
		if diff := cmp.Diff(want, d.lines); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAStartIsGivenUpWhenTheServiceIsToEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		ctx, end := context.WithCancel(context.Background())
		slow := Part{Name: "slow", Start: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		result := make(chan error)
		go func() { result <- runUnsignalled(ctx, time.Second, d.part("a", nil, nil), slow, d.part("c", nil, nil)) }()
		synctest.Wait()
		end()
		if err := <-result; err != nil {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"start a", "stop a"}, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAPartThatDoesNotStopCannotHoldTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(context.Background())
		release := make(chan struct{})
		stuck := Part{Name: "stuck", Stop: func(context.Context) error { <-release; return nil }}
		began := time.Now()
		last := Part{Name: "last", Start: func(context.Context) error { end(); return nil }}
		err := runUnsignalled(ctx, 30*time.Second, Part{Name: "first"}, stuck, last)
		if took := time.Since(began); took != 30*time.Second {
			t.Errorf("took %v, want 30s", took)
		}
		if err == nil || !strings.Contains(err.Error(), "stopping stuck: not stopped in time") || !strings.Contains(err.Error(), "no time left to stop first") {
			t.Errorf("got %v", err)
		}
		close(release)
	})
}

func TestALoopRunsUntilStoppedAndFinishesItsRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		ctx, end := context.WithCancel(context.Background())
		loop := Loop("sweep", func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second) // the round under way, on synctest's clock
			d.note("round finished")
			return ctx.Err()
		})
		result := make(chan error)
		go func() { result <- runUnsignalled(ctx, time.Minute, d.part("store", nil, nil), loop) }()
		synctest.Wait()
		end()
		if err := <-result; err != nil {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"start store", "round finished", "stop store"}, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestALoopThatReturnsByItselfIsAFailure(t *testing.T) {
	cause := errors.New("lost its claim")
	for _, result := range []error{nil, cause} {
		err := Run(t.Context(), quiet, time.Second, Loop("sweep", func(context.Context) error { return result }))
		if err == nil || !strings.Contains(err.Error(), "sweep failed") || result != nil && !errors.Is(err, cause) {
			t.Errorf("a loop that returns %v: %v", result, err)
		}
	}
}
