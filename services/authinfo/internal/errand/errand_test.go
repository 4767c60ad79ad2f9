package errand

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/service/servicetest"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// errandOf is a document with so many calls to make.
type errandOf struct {
	Todo         consent.Todo
	Begun, Taken int
}

// job counts calls; each is told by do how it goes.
type job struct {
	mu    sync.Mutex
	calls int
	do    func(call int) error
}

func (j *job) Todo(d *errandOf) consent.Todo  { return d.Todo }
func (j *job) Begin(d *errandOf, _ time.Time) { d.Begun++ }
func (j *job) count() int                     { j.mu.Lock(); defer j.mu.Unlock(); return j.calls }
func (j *job) Call(context.Context, string, string, errandOf) (func(*aggregate.Turn[errandOf]), error) {
	j.mu.Lock()
	j.calls++
	call := j.calls
	j.mu.Unlock()
	if err := j.do(call); err != nil {
		return nil, err
	}
	return func(t *aggregate.Turn[errandOf]) {
		t.State.Taken++
		t.State.Todo = consent.Todo{Seq: t.State.Todo.Seq + 1}
	}, nil
}

// nobody publishes: there are no events here.
type nobody struct{}

func (nobody) Publish(context.Context, event.Event) error { return nil }

type world struct {
	*Errands[errandOf]
	job *job
	log *servicetest.Log
}

func newWorld(t *testing.T, do func(call int) error) *world {
	t.Helper()
	w := &world{job: &job{do: do}, log: &servicetest.Log{}}
	docs, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "errands.db"))
	servicetest.Must(t, err)
	t.Cleanup(func() { _ = docs.Close() })
	store, err := aggregate.Open(t.Context(), aggregate.Spec[errandOf]{Owner: "authinfo", Collection: "errand"},
		aggregate.Deps{Docs: docs, Events: nobody{}, Clock: clock.Real(), Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	servicetest.Must(t, err)
	w.Errands = &Errands[errandOf]{
		Store: store, Job: w.job, Claim: time.Hour, Pool: lane.New(8, 8), Clock: clock.Real(), Log: w.log.Logger(), Life: t.Context(),
	}
	t.Cleanup(func() { servicetest.Must(t, w.Pool.Drain(context.Background())) })
	return w
}

// due makes a document with a call that is due.
func (w *world) due(t *aggregate.Turn[errandOf]) (aggregate.Decision, error) {
	t.State.Todo = consent.Todo{Op: consent.OpQueryUser, At: t.Now, Seq: 1}
	return aggregate.Save, nil
}

func (w *world) doc(t *testing.T) errandOf {
	t.Helper()
	rec, err := w.Store.Documents().Get(t.Context(), "acme/1")
	servicetest.Must(t, err)
	return rec.Doc.State
}

// sweep runs the timer until the test ends.
func (w *world) sweep(t *testing.T) {
	ctx, end := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.Store.SweepDue(ctx, 5*time.Millisecond, w.Claim, w.Reserve) }()
	t.Cleanup(func() { end(); <-done })
}

func TestWhatIsDueIsBegunInTheSameWriteAndMadeOnce(t *testing.T) {
	w := newWorld(t, func(int) error { return nil })
	w.sweep(t)
	servicetest.Must(t, w.Turn(t.Context(), "acme", "acme/1", w.due))
	servicetest.Eventually(t, "the answer is in", func() bool { return w.doc(t).Taken == 1 })
	if d := w.doc(t); d.Begun != 1 || w.job.count() != 1 {
		t.Errorf("%d calls, %+v", w.job.count(), d)
	}
}

func TestWithoutRoomTheSweepMakesTheCall(t *testing.T) {
	w := newWorld(t, func(int) error { return nil })
	full, err := w.Pool.Reserve("acme")
	servicetest.Must(t, err)
	var slots []*lane.Slot
	for err == nil {
		slots = append(slots, full)
		full, err = w.Pool.Reserve("acme")
	}
	servicetest.Must(t, w.Turn(t.Context(), "acme", "acme/1", w.due))
	if d := w.doc(t); d.Begun != 0 {
		t.Errorf("begun without room: %+v", d)
	}
	servicetest.Eventually(t, "it is seen to be late", func() bool {
		late, err := w.Late(t.Context())
		servicetest.Must(t, err)
		return late > 0
	})
	for _, s := range slots {
		s.Release()
	}
	w.sweep(t)
	servicetest.Eventually(t, "the sweep made it", func() bool { return w.doc(t).Taken == 1 })
	if late, err := w.Late(t.Context()); late != 0 || err != nil {
		t.Errorf("late by %v, %v", late, err)
	}
}

func TestACallUnderWayIsNotBegunBySomebodyWhoAsks(t *testing.T) {
	hang := make(chan struct{})
	w := newWorld(t, func(int) error { <-hang; return nil })
	servicetest.Must(t, w.Turn(t.Context(), "acme", "acme/1", w.due))
	servicetest.Eventually(t, "it is under way", func() bool { return w.job.count() == 1 })
	next, d, err := w.Do(t.Context(), "acme", "acme/1", none)
	if err != nil || next != none || d.Taken != 0 || w.job.count() != 1 {
		t.Errorf("next %d, %+v, %v, %d calls", next, d, err, w.job.count())
	}
	close(hang)
	servicetest.Eventually(t, "the answer is in", func() bool { return w.doc(t).Taken == 1 })
}

func TestAnErrorAndAPanicCostOneClaimAndNothingElse(t *testing.T) {
	w := newWorld(t, func(call int) error {
		switch call {
		case 1:
			return fault.New(fault.Retry, "seal_key_unknown", "a key is not here yet")
		case 2:
			panic("a bug")
		}
		return nil
	})
	w.Claim = 100 * time.Millisecond // two of them run out
	w.sweep(t)
	servicetest.Must(t, w.Turn(t.Context(), "acme", "acme/1", w.due))
	servicetest.Eventually(t, "the third one is in", func() bool { return w.doc(t).Taken == 1 })
	if d := w.doc(t); d.Begun < 3 || !strings.Contains(w.log.String(), "errand failed") || !strings.Contains(w.log.String(), "errand panicked") {
		t.Errorf("%+v; the log is %s", d, w.log)
	}
}
