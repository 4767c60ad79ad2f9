package lane

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestOneMerchantCannotTakeAllSlots(t *testing.T) {
	p := New(4, 2)
	for range 2 {
		if _, ok := p.Reserve("hung"); !ok {
			t.Fatal("a merchant got less than its share")
		}
	}
	if _, ok := p.Reserve("hung"); ok {
		t.Error("a merchant got more than its share")
	}
	a, ok := p.Reserve("other")
	if !ok {
		t.Fatal("another merchant got no slot")
	}
	if _, ok := p.Reserve("third"); !ok {
		t.Fatal("the fourth slot was not given")
	}
	if _, ok := p.Reserve("fourth"); ok {
		t.Error("five slots of four were given")
	}
	a.Release()
	if _, ok := p.Reserve("other"); !ok {
		t.Error("a released slot was not given again")
	}
}

func TestWaitEndsWhenTheLastWorkIsDone(t *testing.T) {
	p := New(2, 2)
	s, _ := p.Reserve("m")
	release := make(chan struct{})
	s.Go(func() { <-release })
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if p.Wait(ctx) == nil {
		t.Fatal("Wait returned while work was running")
	}
	close(release)
	if err := p.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
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
					s, ok := p.Reserve(merchant)
					if !ok {
						continue
					}
					if all.Add(1) > total || mine.Add(1) > share {
						t.Errorf("%d slots out, %d of %s", all.Load(), mine.Load(), merchant)
					}
					mine.Add(-1)
					all.Add(-1)
					s.Release()
				}
			})
		}
	}
	running.Wait()
	if err := p.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	for range total / share * share { // nothing leaked
		if _, ok := p.Reserve("a"); !ok {
			if _, ok := p.Reserve("b"); !ok {
				t.Fatal("a slot did not come back")
			}
		}
	}
}
