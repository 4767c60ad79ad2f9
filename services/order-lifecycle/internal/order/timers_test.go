package order

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTheGapsAfterALostAnswerAreThoseOfTheSheet(t *testing.T) {
	timers := DefaultTimers()
	var got []time.Duration
	for round := range 8 {
		got = append(got, timers.retry(round))
	}
	want := []time.Duration{1e9, 3e9, 10e9, 20e9, 40e9, 80e9, 160e9, 300e9}
	if !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	got = nil
	age, day := time.Duration(0), 24*time.Hour
	for range 29 {
		gap := timers.pending(age)
		got, age = append(got, gap), age+gap
	}
	want = []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute}
	for range 24 {
		want = append(want, time.Hour)
	}
	if want = append(want, day, day); !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
