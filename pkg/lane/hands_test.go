package lane

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

func TestHandsRunEveryWorkAtOnceAndGoWhenThereIsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, release := NewHands(), make(chan struct{})
		before := runtime.NumGoroutine()
		for round := range 3 {
			ran := make(chan int, 10)
			for n := range 10 {
				h.Go(func() { ran <- n; <-release })
			}
			for range 10 {
				<-ran // all ten run, though none has ended
			}
			for range 10 {
				release <- struct{}{}
			}
			synctest.Wait() // all rest
			if n := runtime.NumGoroutine() - before; n != 10 {
				t.Errorf("round %d: %d goroutines for ten pieces of work at a time", round, n)
			}
		}
		time.Sleep(2 * rest)
		synctest.Wait()
		if n := runtime.NumGoroutine() - before; n != 0 {
			t.Errorf("%d goroutines rest for ever", n)
		}
	})
}
