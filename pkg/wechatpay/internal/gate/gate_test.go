package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
)

// bench is a gate in a bubble, with a record of who went and who was refused.
type bench struct {
	*Gate
	mu   sync.Mutex
	went []string
	held []Held
}

func newBench(change func(*Options)) *bench {
	b := &bench{}
	o := options()
	o.Clock = clock.Real()
	o.Observe = func(h Held) { b.mu.Lock(); defer b.mu.Unlock(); b.held = append(b.held, h) }
	change(&o)
	b.Gate = New(o)
	return b
}

// sent is who went so far; those let go together write their names in any order, so it is sorted.
func (b *bench) sent() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(slices.Values(b.went))
}

func (b *bench) kept() []Held {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.held)
}

func asIs(*Options) {}

// send goes through the gate, notes its name when it may go, and takes as long as the call does.
func (b *bench) send(ctx context.Context, endpoint, name string, takes time.Duration, o Outcome) error {
	pass, err := b.Enter(ctx, endpoint)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.went = append(b.went, name)
	b.mu.Unlock()
	time.Sleep(takes)
	pass.Tell(o)
	return nil
}

func (b *bench) trip(t *testing.T) {
	t.Helper()
	for range 3 {
		if err := b.send(t.Context(), "create", "lost", 0, Lost); err != nil {
			t.Fatal(err)
		}
	}
	if b.State() != Open {
		t.Fatal("three lost calls did not open the circuit")
	}
	b.went = nil
}

func TestAGateThatNobodyConfiguredSlowsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(asIs)
		began := time.Now()
		var all sync.WaitGroup
		for i := range 1000 {
			all.Go(func() {
				if err := b.send(t.Context(), "create", fmt.Sprint(i), 0, Answered); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(began); took != 0 || len(b.kept()) != 0 || len(b.sent()) != 1000 {
			t.Errorf("%d calls took %v, %d held", len(b.sent()), took, len(b.kept()))
		}
	})
}

func TestWhoWaitedThroughAnOutageIsServedInOrderBehindOneProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(asIs)
		b.trip(t)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				if err := b.send(t.Context(), "create", fmt.Sprint(i), 100*time.Millisecond, Answered); err != nil {
					t.Error(i, err)
				}
			})
			synctest.Wait() // the order of arrival is the test's
		}
		time.Sleep(time.Second - time.Nanosecond)
		if n := len(b.sent()); n != 0 {
			t.Fatalf("%d went while the circuit was open", n)
		}
		for _, want := range [][]string{{"0"}, {"0", "1", "2"}} { // the probe; then two; then all who are left
			time.Sleep(2 * time.Nanosecond)
			synctest.Wait()
			if !slices.Equal(b.sent(), want) {
				t.Fatalf("went %v, want %v", b.sent(), want)
			}
			time.Sleep(100 * time.Millisecond)
		}
		all.Wait()
		if len(b.sent()) != 8 || b.State() != Closed {
			t.Errorf("went %v, state %d", b.sent(), b.State())
		}
		if len(b.kept()) != 8 || b.kept()[0] != (Held{Endpoint: "create", Cause: ByOutage, Went: true}) {
			t.Errorf("held %+v", b.kept())
		}
	})
}

func TestNobodyIsKeptForATurnThatComesTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(func(o *Options) { o.Probe = Gaps{time.Minute, time.Minute} })
		b.trip(t)
		began := time.Now()
		if err := b.send(t.Context(), "create", "x", 0, Answered); err != (Refused{ByOutage}) || time.Since(began) != 0 {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		time.Sleep(time.Minute - time.Second)
		if err := b.send(t.Context(), "create", "x", 0, Answered); err != nil || b.State() != Closed {
			t.Errorf("a caller one second before the probe: %v", err)
		}
	})
}

func TestAProbeThatHangsKeepsNobodyLongerThanMaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(asIs)
		b.trip(t)
		time.Sleep(time.Second)
		go func() { _ = b.send(t.Context(), "create", "probe", 10*time.Second, Lost) }()
		synctest.Wait()
		began := time.Now()
		err := b.send(t.Context(), "query", "x", 0, Answered)
		if err != (Refused{ByOutage}) || time.Since(began) != 2*time.Second || b.Waiting() != 0 {
			t.Errorf("%v after %v, %d wait", err, time.Since(began), b.Waiting())
		}
		time.Sleep(10 * time.Second)
	})
}

func TestACallersDeadlineEndsItsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(asIs)
		b.trip(t)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		began := time.Now()
		err := b.send(ctx, "create", "x", 0, Answered)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 300*time.Millisecond || b.Waiting() != 0 {
			t.Errorf("%v after %v, %d wait", err, time.Since(began), b.Waiting())
		}
	})
}

func TestTheQueueHasABound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(asIs)
		b.trip(t)
		refused := 0
		var mu sync.Mutex
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if err := b.send(t.Context(), "create", "x", 0, Answered); err == (Refused{ByCrowd}) {
					mu.Lock()
					defer mu.Unlock()
					refused++
				}
			})
		}
		synctest.Wait()
		if refused != 92 || b.Waiting() != 8 {
			t.Errorf("%d refused at once, %d wait", refused, b.Waiting())
		}
		all.Wait()
	})
}

func TestTooFrequentHoldsItsOwnEndpointOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(asIs)
		began := time.Now()
		_ = b.send(t.Context(), "create", "first", 0, TooFrequent)
		var all sync.WaitGroup
		all.Go(func() { _ = b.send(t.Context(), "create", "held", 0, Answered) })
		synctest.Wait()
		for range 50 {
			_ = b.send(t.Context(), "query", "query", 0, Answered)
		}
		if len(b.sent()) != 51 || time.Since(began) != 0 {
			t.Errorf("%d went in %v while create was held", len(b.sent()), time.Since(began))
		}
		all.Wait()
		if took := time.Since(began); took != 200*time.Millisecond || b.State() != Closed {
			t.Errorf("the held call went after %v", took)
		}
	})
}

func TestOneAccountsOutageAndItsTooFrequentSlowNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ill, well := newBench(asIs), newBench(asIs)
		ill.trip(t)
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() { _ = ill.send(t.Context(), "create", "x", 0, []Outcome{Lost, TooFrequent}[i%2]) })
			all.Go(func() {
				if err := well.send(t.Context(), "create", fmt.Sprint(i), 0, Answered); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if len(well.sent()) != 200 || len(well.kept()) != 0 || len(ill.sent()) != 0 {
			t.Errorf("well: %d went, %d held; ill: %d went", len(well.sent()), len(well.kept()), len(ill.sent()))
		}
		all.Wait()
	})
}

func TestARatePacesTheQueueAndRefusesWhatWouldWaitTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(func(o *Options) {
			o.RateOf = func(string) Rate { return Rate{Every: 600 * time.Millisecond, Burst: 2} }
		})
		began := time.Now()
		var mu sync.Mutex
		var at []time.Duration
		refused := 0
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				err := b.send(t.Context(), "create", "x", 0, Answered)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					at = append(at, time.Since(began))
				} else if err == (Refused{ByRate}) {
					refused++
				}
			})
		}
		all.Wait()
		pace := 600 * time.Millisecond
		if want := []time.Duration{0, 0, pace, 2 * pace, 3 * pace}; !slices.Equal(at, want) || refused != 5 {
			t.Errorf("went at %v, %d refused", at, refused)
		}
	})
}
