package stack

import (
	"testing"
	"time"
)

func TestAScaledClockNeverGoesBackOnTheSameFolder(t *testing.T) {
	dir, machine := t.TempDir(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, run := range []struct {
		scale   int
		machine time.Time
		want    time.Time
	}{
		{20, machine, machine},
		{20, machine.Add(time.Minute), machine.Add(20 * time.Minute)},
		{1, machine.Add(2 * time.Minute), machine.Add(40 * time.Minute)},
		{60, machine.Add(3 * time.Minute), machine.Add(41 * time.Minute)},
	} {
		c, err := openClock(dir, run.scale, run.machine)
		if err != nil {
			t.Fatal(err)
		}
		if ahead := c.Now().Sub(run.want); ahead < 0 || ahead > 10*time.Minute {
			t.Errorf("scale %d after %v: it shows %v, want %v", run.scale, run.machine.Sub(machine), c.Now(), run.want)
		}
	}
}

func TestAFolderThatWasNeverScaledRunsOnTheMachinesClock(t *testing.T) {
	c, err := openClock(t.TempDir(), 1, time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	if off := time.Since(c.Now()); off < 0 || off > time.Minute {
		t.Errorf("it is %v off", off)
	}
}
