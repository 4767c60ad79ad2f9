package gate

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestARateIsKeptOverAnyStretchOfTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := lane{rate: Rate{
			Every: time.Duration(rapid.IntRange(1, 2000).Draw(t, "every")) * time.Millisecond,
			Burst: rapid.IntRange(1, 20).Draw(t, "burst"),
		}}
		now := start
		var went []time.Time
		for range rapid.IntRange(1, 200).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "pause")) * time.Millisecond)
			if at, _ := l.free(now); at.After(now) {
				if rapid.Bool().Draw(t, "leave") {
					continue
				}
				now = at
			}
			l.took(now)
			went = append(went, now)
		}
		for i := range went {
			for j := i; j < len(went); j++ {
				if most := l.rate.Burst + int(went[j].Sub(went[i])/l.rate.Every); j-i+1 > most {
					t.Fatalf("%d calls within %v, at most %d may go", j-i+1, went[j].Sub(went[i]), most)
				}
			}
		}
	})
}

func TestWithoutARateNothingIsPaced(t *testing.T) {
	l := lane{rate: Rate{Burst: 1}}
	for range 1000 {
		if at, _ := l.free(start); at.After(start) {
			t.Fatal("held back without a rate")
		}
		l.took(start)
	}
}

func TestBackOffGrowsWithEachOccasionAndEndsWithAnAnswer(t *testing.T) {
	o := options()
	l := lane{rate: Rate{Burst: 1}}
	now := start
	for _, pause := range []time.Duration{200, 400, 800, 1600, 2000, 2000} {
		pause *= time.Millisecond
		l.told(TooFrequent, now, now, &o)
		if at, cause := l.free(now); !at.Equal(now.Add(pause)) || cause != ByBackOff {
			t.Fatalf("paused %v by %s, want %v", at.Sub(now), cause, pause)
		}
		now = now.Add(pause)
	}
	l.told(Answered, now, now, &o)
	l.told(TooFrequent, now, now, &o)
	if at, _ := l.free(now); at.Sub(now) != 200*time.Millisecond {
		t.Errorf("after an answer the first pause is %v", at.Sub(now))
	}
}

func TestCallsUnderWayTogetherAreOneOccasion(t *testing.T) {
	o := options()
	l := lane{rate: Rate{Burst: 1}}
	for i := range 32 {
		l.told(TooFrequent, start, start.Add(time.Duration(i)*time.Millisecond), &o)
	}
	if l.tries != 1 || l.until.Sub(start) != 200*time.Millisecond {
		t.Errorf("32 answers to calls of one moment: %d occasions, %v", l.tries, l.until.Sub(start))
	}
	l.told(Answered, start, start.Add(50*time.Millisecond), &o)
	if l.tries != 1 {
		t.Error("an answer to a call of before the pause ended it")
	}
}

func TestTheDiceMoveHalfOfEachGap(t *testing.T) {
	g := Gaps{200 * time.Millisecond, time.Second}
	for dice, want := range map[float64]time.Duration{0: 100 * time.Millisecond, 0.5: 150 * time.Millisecond, 0.99: 199 * time.Millisecond} {
		if got := g.at(0, dice); got != want {
			t.Errorf("dice %v: %v, want %v", dice, got, want)
		}
	}
	if got := g.at(40, 0); got != 500*time.Millisecond {
		t.Errorf("the longest gap with the least dice is %v", got)
	}
}
