package gate

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// options are small numbers and dice that always show the longest gap.
func options() Options {
	return Options{
		Dice: func() float64 { return 1 }, RateOf: func(string) Rate { return Rate{} },
		MaxWait: 2 * time.Second, MaxWaiters: 8,
		BackOff: Gaps{200 * time.Millisecond, 2 * time.Second},
		Trip:    3, TripWithin: time.Minute, Probe: Gaps{time.Second, 8 * time.Second},
	}
}

var start = time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)

func TestOnlyCallsLostInARowAndSoonAfterEachOtherAreAnOutage(t *testing.T) {
	for name, c := range map[string]struct {
		outcomes []Outcome
		apart    time.Duration
		want     State
	}{
		"three in a row":                      {[]Outcome{Lost, Lost, Lost}, time.Second, Open},
		"an answer between them":              {[]Outcome{Lost, Lost, Answered, Lost, Lost}, time.Second, Closed},
		"too frequent is an answer":           {[]Outcome{Lost, Lost, TooFrequent, Lost, Lost}, time.Second, Closed},
		"who gave up tells nothing":           {[]Outcome{Lost, Lost, Untold, Lost}, time.Second, Open},
		"one order that fails for ever":       {[]Outcome{Lost, Lost, Lost, Lost, Lost, Lost}, 31 * time.Second, Closed},
		"three within the window at its ends": {[]Outcome{Lost, Lost, Lost}, 30 * time.Second, Open},
	} {
		o := options()
		var circuit circuit
		now := start
		for _, outcome := range c.outcomes {
			circuit.told(outcome, circuit.went(), now, &o, false)
			now = now.Add(c.apart)
		}
		if circuit.state != c.want {
			t.Errorf("%s: state %d, want %d", name, circuit.state, c.want)
		}
	}
}

func TestProbesGoOneAtATimeAtGrowingGaps(t *testing.T) {
	o := options()
	var c circuit
	c.open(start, &o)
	now := start
	for _, gap := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 8 * time.Second} {
		if open, at := c.allows(now.Add(gap - time.Millisecond)); open || !at.Equal(now.Add(gap)) {
			t.Fatalf("a call may go %v after the probe before, or is told to ask at %v", gap-time.Millisecond, at.Sub(now))
		}
		now = now.Add(gap)
		if open, _ := c.allows(now); !open {
			t.Fatalf("no probe after %v", gap)
		}
		probe := c.went()
		if open, at := c.allows(now); open || !at.IsZero() {
			t.Fatal("a second call beside the probe")
		}
		c.told(Lost, probe, now, &o, true)
	}
}

func TestALateAnswerOfBeforeDoesNotMoveAnOpenCircuit(t *testing.T) {
	o := options()
	var c circuit
	before := c.went()
	c.open(start, &o)
	for _, late := range []Outcome{Lost, Answered, TooFrequent, Untold} {
		c.told(late, before, start.Add(time.Millisecond), &o, true)
		if c.state != Open || !c.until.Equal(start.Add(time.Second)) || c.under != 0 {
			t.Errorf("outcome %d of before the outage changed it: %+v", late, c)
		}
	}
}

func TestACircuitNeverLetsMoreThroughThanItsWindowAndRecovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := options()
		var c circuit
		type call struct{ epoch int }
		var under []call
		now := start
		t.Repeat(map[string]func(*rapid.T){
			"call": func(t *rapid.T) {
				open, at := c.allows(now)
				if !open {
					if c.state == Closed || (!at.IsZero() && !at.After(now)) {
						t.Fatalf("held back without a cause: %+v", c)
					}
					return
				}
				under = append(under, call{c.went()})
			},
			"outcome": func(t *rapid.T) {
				if len(under) == 0 {
					t.Skip("nothing is under way")
				}
				i := rapid.IntRange(0, len(under)-1).Draw(t, "which")
				o2 := rapid.SampledFrom([]Outcome{Untold, Answered, TooFrequent, Lost}).Draw(t, "outcome")
				c.told(o2, under[i].epoch, now, &o, rapid.Bool().Draw(t, "waiting"))
				under = append(under[:i], under[i+1:]...)
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 10_000).Draw(t, "ms")) * time.Millisecond)
			},
			"": func(t *rapid.T) {
				mine := 0
				for _, u := range under {
					if u.epoch == c.epoch {
						mine++
					}
				}
				if mine != c.under || c.state != Closed && mine > c.window || c.state == Open && c.window != 1 {
					t.Fatalf("%d under way of this state: %+v", mine, c)
				}
				if c.state == Open && c.until.Sub(now) > o.Probe.Longest {
					t.Fatalf("the next probe is %v away", c.until.Sub(now))
				}
			},
		})
		// However it stands: when every call is answered and nobody waits, it is closed after one call.
		for _, u := range under {
			c.told(Untold, u.epoch, now, &o, false)
		}
		now = now.Add(o.Probe.Longest)
		if open, _ := c.allows(now); !open {
			t.Fatalf("it never opens again: %+v", c)
		}
		c.told(Answered, c.went(), now, &o, false)
		if c.state != Closed {
			t.Fatalf("it stays %d after an answer", c.state)
		}
	})
}
