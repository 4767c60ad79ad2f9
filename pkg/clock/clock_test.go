package clock

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAScaledClockTurnsWaitsIntoAFractionOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := Scaled(60)
		realStart, start := time.Now(), c.Now()
		if err := c.Sleep(context.Background(), time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(realStart); got != time.Minute {
			t.Errorf("an hour took %v of machine time, want 1m", got)
		}
		if got := c.Now().Sub(start); got != time.Hour {
			t.Errorf("the scaled clock moved %v, want 1h", got)
		}
	})
}

func TestSleepEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := Real().Sleep(ctx, time.Hour); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}
