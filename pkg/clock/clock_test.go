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

func TestAScaledClockGoesOnFromWhereAnotherEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, scale := range []int{1, 60} {
			ahead := time.Now().Add(240 * time.Hour).UTC()
			c := ScaledFrom(ahead, scale)
			time.Sleep(time.Second) // of the bubble
			if got, want := c.Now().Sub(ahead), time.Duration(scale)*time.Second; got != want {
				t.Errorf("scale %d: it moved %v in a second, want %v", scale, got, want)
			}
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
