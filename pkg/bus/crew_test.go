package bus

import (
	"sync"
	"testing"
	"time"
)

func TestACrewRunsOneWorkPerKeyInOrderAndOtherKeysMeanwhile(t *testing.T) {
	c, quit := newCrew(4), make(chan struct{})
	began, release := make(chan string, 8), make(chan struct{})
	slow := func(name string) func() {
		return func() {
			began <- name
			<-release
		}
	}
	for _, w := range []struct{ key, name string }{{"A", "A1"}, {"A", "A2"}, {"A", "A3"}, {"B", "B1"}} {
		if !c.take(quit, w.key, slow(w.name)) {
			t.Fatal("no place")
		}
	}
	first := map[string]bool{receive(t, began, "one key"): true, receive(t, began, "the other key"): true}
	if !first["A1"] || !first["B1"] {
		t.Errorf("began with %v", first)
	}
	close(quit) // all places are held: two run, two wait
	if c.take(quit, "C", func() {}) {
		t.Error("a fifth place was given")
	}
	if len(began) != 0 {
		t.Errorf("%s began beside another of its key", <-began)
	}
	close(release)
	if a, b := receive(t, began, "second"), receive(t, began, "third"); a != "A2" || b != "A3" {
		t.Errorf("then came %s, %s", a, b)
	}
	c.wait()
	if len(c.lanes) != 0 || len(c.places) != 0 {
		t.Errorf("left: %d keys, %d places", len(c.lanes), len(c.places))
	}
}

func TestACrewLosesNoWorkUnderContention(t *testing.T) {
	c := newCrew(3)
	count := map[string]*int{"A": new(int), "B": new(int), "C": new(int)} // unguarded: the race detector watches
	var takers sync.WaitGroup
	for key, n := range count {
		for range 4 {
			takers.Go(func() {
				for range 250 {
					c.take(nil, key, func() { *n++ })
				}
			})
		}
	}
	takers.Wait()
	c.wait()
	for key, n := range count {
		if *n != 1000 {
			t.Errorf("%s: %d of 1000", key, *n)
		}
	}
}

func TestACrowdedKeyIsSentAwayAtOneTurnPerPieceOfWorkAndOthersAreNot(t *testing.T) {
	c, release := newCrew(8), make(chan struct{})
	for range 1 + c.share() {
		if _, crowded := c.crowded("hot", when); crowded {
			t.Fatal("crowded below its share")
		}
		c.take(nil, "hot", func() { <-release })
	}
	for i := range 3 {
		again, crowded := c.crowded("hot", when)
		if want := when.Add(time.Duration(i+1) * turn); !crowded || !again.Equal(want) {
			t.Errorf("piece %d is told to come at %v, want %v", i, again, want)
		}
	}
	later := when.Add(time.Hour)
	if again, _ := c.crowded("hot", later); !again.Equal(later.Add(turn)) {
		t.Errorf("an hour later: %v", again)
	}
	if _, crowded := c.crowded("other", when); crowded {
		t.Error("another key is sent away")
	}
	close(release)
	c.wait()
	if _, crowded := c.crowded("hot", when); crowded {
		t.Error("crowded when all is done")
	}
}
