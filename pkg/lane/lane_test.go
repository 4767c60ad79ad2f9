package lane

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/fault"
)

func TestAPoolHoldsItsLimitsAndForgetsNobody(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.IntRange(1, 6).Draw(t, "total")
		share := rapid.IntRange(1, total).Draw(t, "share")
		p := New(total, share)
		// holding have a place; ending gave theirs back and are not released yet.
		holding, held, ending := map[string][]*Slot{}, 0, []*Slot{}
		merchants := rapid.SampledFrom([]string{"", "a", "b", "c"})
		take := func(m string) (*Slot, bool) {
			if len(holding[m]) == 0 {
				return nil, false
			}
			s := holding[m][0]
			holding[m], held = holding[m][1:], held-1
			return s, true
		}
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				m := merchants.Draw(t, "merchant")
				s, err := p.Reserve(m)
				if room := len(holding[m]) < share && held < total; room != (err == nil) {
					t.Fatalf("%d of %d taken, %d of %d of the merchant: %v", held, total, len(holding[m]), share, err)
				}
				if err == nil {
					holding[m], held = append(holding[m], s), held+1
				} else if fault.CodeOf(err) != "busy" || !fault.Is(err, fault.Retry) {
					t.Fatal(err)
				}
			},
			"release": func(t *rapid.T) {
				if s, ok := take(merchants.Draw(t, "merchant")); ok {
					s.Release()
				}
			},
			"free": func(t *rapid.T) {
				if s, ok := take(merchants.Draw(t, "merchant")); ok {
					s.Free()
					s.Free() // once is as good as twice
					ending = append(ending, s)
				}
			},
		})
		for _, slots := range holding {
			ending = append(ending, slots...)
		}
		for _, s := range ending {
			s.Release()
		}
		if len(p.by) != 0 || p.used != 0 || p.open != 0 {
			t.Fatalf("all are released, and %v %d %d remain", p.by, p.used, p.open)
		}
		if err := p.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Reserve("a"); fault.CodeOf(err) != "stopping" || !fault.Is(err, fault.Retry) {
			t.Fatalf("after the drain: %v", err)
		}
	})
}

func TestDrainWaitsForTheLastWorkAndForAFreedPlacesAnswer(t *testing.T) {
	p := New(2, 2)
	working, err := p.Reserve("m")
	if err != nil {
		t.Fatal(err)
	}
	answering, err := p.Reserve("m")
	if err != nil {
		t.Fatal(err)
	}
	release, ended := make(chan struct{}), make(chan error, 1)
	working.Go(func() { <-release })
	answering.Free()
	go func() { ended <- p.Drain(context.Background()) }()
	for { // until the drain has begun
		s, err := p.Reserve("other")
		if err != nil {
			break
		}
		s.Release()
	}
	close(release)
	select {
	case err := <-ended:
		t.Fatalf("drained with %v before the answer was sent", err)
	case <-time.After(10 * time.Millisecond): // a wait that proves nothing by its length, and catches what is plainly wrong
	}
	answering.Release()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

func TestDrainDoesNotWaitLongerThanItMay(t *testing.T) {
	p := New(1, 1)
	s, err := p.Reserve("m")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Drain(ctx); fault.CodeOf(err) != "still_running" || !fault.Is(err, fault.UnknownOutcome) {
		t.Errorf("got %v", err)
	}
	s.Release() // the work ends after all
}

func TestNoNumberOfContendersExceedsPoolOrShare(t *testing.T) {
	const total, share = 5, 2
	p := New(total, share)
	var all atomic.Int32
	by := map[string]*atomic.Int32{"a": {}, "b": {}, "c": {}, "d": {}}
	var running sync.WaitGroup
	for merchant, mine := range by {
		for range 8 {
			running.Go(func() {
				for range 200 {
					s, err := p.Reserve(merchant)
					if err != nil {
						continue
					}
					if all.Add(1) > total || mine.Add(1) > share {
						t.Errorf("%d places out, %d of %s", all.Load(), mine.Load(), merchant)
					}
					mine.Add(-1)
					all.Add(-1)
					s.Release()
				}
			})
		}
	}
	running.Wait()
	if err := p.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	if p.used != 0 || len(p.by) != 0 {
		t.Errorf("%d places did not come back: %v", p.used, p.by)
	}
}
