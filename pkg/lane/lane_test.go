package lane

import (
	"context"
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
