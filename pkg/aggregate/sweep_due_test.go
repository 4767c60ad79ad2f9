package aggregate

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

const claim = time.Minute

// works counts the work done per document and the slots that are out.
type works struct {
	mu   sync.Mutex
	runs map[string]int
	out  int
	// full are merchants without room.
	full map[string]bool
	// during is called between reservation and claim.
	during func()
}

func newWorks() *works { return &works{runs: map[string]int{}, full: map[string]bool{}} }

func (w *works) reserve(merchant string) (Slot, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.full[merchant] {
		return nil, false
	}
	w.out++
	if w.during != nil {
		w.during()
	}
	return place{w}, true
}

type place struct{ w *works }

func (p place) Run(id string) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.out--
	p.w.runs[id]++
}

func (p place) Release() {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.w.out--
}

func dueAt(at time.Time) func(*Document[ledger]) {
	return func(d *Document[ledger]) { d.DueAt = at }
}

func round(t *testing.T, s *Store[ledger], w *works, from docstore.Cursor) docstore.Cursor {
	t.Helper()
	next, err := s.sweepDue(t.Context(), claim, w.reserve, from)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func TestOfTwoReplicasOneRunsEachDueDocumentPerClaim(t *testing.T) {
	docs, now := newFile(t), newWatch()
	replicas := []*Store[ledger]{process(t, docs, nowhere{}, now, 0), process(t, docs, nowhere{}, now, 0)}
	const due = 300
	fill(t, replicas[0], due, "m", dueAt(now.Now()))
	fill(t, replicas[0], 10, "never", dueAt(time.Time{}))
	fill(t, replicas[0], 10, "later", dueAt(now.Now().Add(time.Hour)))
	w := newWorks()
	for claims := range 3 {
		now.advance(claim)
		for range 2 { // the second time everything is claimed
			var running sync.WaitGroup
			for _, s := range replicas {
				running.Go(func() {
					if _, err := s.sweepDue(t.Context(), claim, w.reserve, ""); err != nil {
						t.Error(err)
					}
				})
			}
			running.Wait()
		}
		for id, n := range w.runs {
			if n != claims+1 {
				t.Fatalf("after %d claims %s ran %d times", claims+1, id, n)
			}
		}
		if len(w.runs) != due || w.out != 0 {
			t.Fatalf("%d documents ran, %d slots are out", len(w.runs), w.out)
		}
		now.advance(time.Millisecond)
	}
}

func TestAMerchantWithoutRoomDoesNotKeepOthersFromBeingServed(t *testing.T) {
	now := newWatch()
	s := process(t, newFile(t), nowhere{}, now, 0)
	const crowd = sweepPages*sweepPage + 500
	fill(t, s, crowd, "hung", dueAt(now.Now()))
	fill(t, s, 3, "small", dueAt(now.Now().Add(time.Second)))
	now.advance(time.Minute)
	w := newWorks()
	w.full["hung"] = true
	from := round(t, s, w, "")
	from = round(t, s, w, from)
	if len(w.runs) != 3 {
		t.Fatalf("%d documents of the small merchant ran in two rounds, want 3", len(w.runs))
	}
	if from != "" {
		t.Error("the round after the last document does not begin anew")
	}
}

func TestADocumentThatMovedOnIsNotClaimed(t *testing.T) {
	now := newWatch()
	s := process(t, newFile(t), nowhere{}, now, 0)
	fill(t, s, 1, "m", dueAt(now.Now()))
	now.advance(time.Second)
	w := newWorks()
	w.during = func() {
		turn(t, s, "m/"+line(0), "", func(turn *Turn[ledger]) (Decision, error) {
			turn.DueAt = now.Now().Add(time.Hour)
			return Save, nil
		})
	}
	round(t, s, w, "")
	rec := load(t, s, "m/"+line(0))
	if len(w.runs) != 0 || w.out != 0 || rec.Version != 2 || !rec.Doc.DueAt.Equal(now.Now().Add(time.Hour)) {
		t.Errorf("ran %v, %d slots out, %+v", w.runs, w.out, rec)
	}
}

func TestAClaimOutlivesTheSweeperAndEndsByItself(t *testing.T) {
	now := newWatch()
	s := process(t, newFile(t), nowhere{}, now, 0)
	fill(t, s, 1, "m", dueAt(now.Now()))
	now.advance(time.Millisecond)
	w := newWorks()
	for _, step := range []time.Duration{0, claim - time.Millisecond, 2 * time.Millisecond} {
		now.advance(step)
		round(t, s, w, "")
	}
	if n := w.runs["m/"+line(0)]; n != 2 {
		t.Errorf("ran %d times, want once per claim", n)
	}
}

func TestTheTimerSweepServesWhatBecomesDueAndEndsWithItsContext(t *testing.T) {
	s := process(t, newFile(t), nowhere{}, clock.Real(), 0)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	fill(t, s, 5, "m", dueAt(clock.Real().Now().Add(20*time.Millisecond)))
	w := newWorks()
	s.SweepDue(ctx, 5*time.Millisecond, claim, func(merchant string) (Slot, bool) {
		slot, ok := w.reserve(merchant)
		return lastOf{slot, w, 5, cancel}, ok
	})
	if len(w.runs) != 5 {
		t.Errorf("%d of 5 ran", len(w.runs))
	}
}

// lastOf ends the sweep when all documents ran.
type lastOf struct {
	Slot
	w    *works
	all  int
	done context.CancelFunc
}

func (l lastOf) Run(id string) {
	l.Slot.Run(id)
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	if len(l.w.runs) == l.all {
		l.done()
	}
}

func TestAStoreThatIsAwayEndsTheRoundWithRetryAndNoSlotIsLost(t *testing.T) {
	now, docs := newWatch(), newFile(t)
	s := process(t, docs, nowhere{}, now, 0)
	fill(t, s, 5, "m", dueAt(now.Now()))
	now.advance(time.Second)
	w := newWorks()
	w.during = func() { _ = docs.Close() }
	if _, err := s.sweepDue(t.Context(), claim, w.reserve, ""); !fault.Is(err, fault.Retry) || w.out != 0 || len(w.runs) != 0 {
		t.Errorf("got %v, %d slots out, %v ran", err, w.out, w.runs)
	}
}
