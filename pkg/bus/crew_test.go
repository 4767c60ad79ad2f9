package bus

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"
)

// hanging is work that tells of its beginning and waits to be released.
func hanging(name string, began chan<- string, release <-chan struct{}) func() {
	return func() {
		began <- name
		<-release
	}
}

// take gives work that is expected to be taken.
func take(t *testing.T, c *crew, key string, work func()) {
	t.Helper()
	if a, _ := c.take(t.Context().Done(), key, work); a != taken {
		t.Fatalf("%s: answer %d", key, a)
	}
}

func wantIdle(t *testing.T, c *crew) {
	t.Helper()
	c.wait()
	if len(c.lanes) != 0 || len(c.merchants) != 0 || c.used != 0 {
		t.Errorf("left: %d keys, %d merchants, %d places", len(c.lanes), len(c.merchants), c.used)
	}
}

func TestACrewRunsOneWorkPerKeyInOrderAndOtherKeysMeanwhile(t *testing.T) {
	c := newCrew(8)
	began, release := make(chan string, 8), make(chan struct{})
	for _, w := range []struct{ key, name string }{{"m.A", "A1"}, {"m.A", "A2"}, {"m.A", "A3"}, {"m.B", "B1"}} {
		take(t, c, w.key, hanging(w.name, began, release))
	}
	first := map[string]bool{receive(t, began, "one key"): true, receive(t, began, "the other key"): true}
	if !first["A1"] || !first["B1"] {
		t.Errorf("began with %v", first)
	}
	if len(began) != 0 {
		t.Errorf("%s began beside another of its key", <-began)
	}
	close(release)
	if a, b := receive(t, began, "second"), receive(t, began, "third"); a != "A2" || b != "A3" {
		t.Errorf("then came %s, %s", a, b)
	}
	wantIdle(t, c)
}

// Four slow keys with what waits for them took all sixteen places.
func TestWorkThatWaitsForItsKeyHoldsNoPlace(t *testing.T) {
	c := newCrew(16)
	began, release := make(chan string, 64), make(chan struct{})
	for _, key := range []string{"a.1", "b.2", "c.3", "d.4"} {
		for range 1 + c.share() {
			take(t, c, key, hanging(key, began, release))
		}
	}
	if c.used != 4 {
		t.Errorf("four keys hold %d places", c.used)
	}
	for i := range 6 { // half of the twelve places left
		take(t, c, fmt.Sprintf("e.%d", i), hanging("e", began, release))
	}
	for range 4 + 6 {
		receive(t, began, "work of another key while four are slow")
	}
	close(release)
	wantIdle(t, c)
}

func TestAMerchantWithSlowWorkLeavesPlacesToOthers(t *testing.T) {
	c := newCrew(16)
	began, release := make(chan string, 64), make(chan struct{})
	for merchant, places := range []int{8, 4, 2, 1, 1} { // each at most half of what the others leave
		for i := range places {
			take(t, c, fmt.Sprintf("m%d.%d", merchant, i), hanging("work", began, release))
		}
		if merchant == 4 { // all are held now: that blocks
			continue
		}
		if a, again := c.take(t.Context().Done(), fmt.Sprintf("m%d.more", merchant), nil); a != crowded || !again.After(time.Now().Add(-time.Second)) {
			t.Errorf("merchant %d with %d places: answer %d, again at %v", merchant, places, a, again)
		}
	}
	for range 16 {
		receive(t, began, "all places are used")
	}
	quit := make(chan struct{})
	close(quit)
	if a, _ := c.take(quit, "m9.1", nil); a != stopped {
		t.Errorf("without a place the answer is %d", a)
	}
	close(release)
	wantIdle(t, c)
}

// A merchant alone, with quick work, is never sent away: its work waits the moment until a place is free.
func TestQuickWorkOfOneMerchantIsNotSentAway(t *testing.T) {
	c, began := newCrew(4), make(chan string, 1)
	for i := range 2 {
		take(t, c, fmt.Sprintf("m.%d", i), func() { began <- "it ends now" })
	}
	offered := make(chan answer, 1)
	go func() {
		a, _ := c.take(t.Context().Done(), "m.third", func() {})
		offered <- a
	}()
	receive(t, began, "the first")
	receive(t, began, "the second")
	if a := receive(t, offered, "the third"); a != taken {
		t.Errorf("answer %d", a)
	}
	wantIdle(t, c)
}

func TestACrewLosesNoWorkUnderContention(t *testing.T) {
	c := newCrew(6)
	count := map[string]*int{"m.A": new(int), "m.B": new(int), "n.C": new(int)} // unguarded: the race detector watches
	var takers sync.WaitGroup
	for key, n := range count {
		for range 4 {
			takers.Go(func() {
				for done := 0; done < 100; runtime.Gosched() {
					if a, _ := c.take(nil, key, func() { *n++ }); a == taken {
						done++
					}
				}
			})
		}
	}
	takers.Wait()
	c.wait()
	for key, n := range count {
		if *n != 400 {
			t.Errorf("%s: %d of 400", key, *n)
		}
	}
	wantIdle(t, c)
}

func TestWhatIsBeyondAShareComesAgainOneTurnPerPieceOfWorkAndOthersAreNotSentAway(t *testing.T) {
	c, began, release := newCrew(8), make(chan string, 16), make(chan struct{})
	for range 1 + c.share() {
		take(t, c, "m.hot", hanging("hot", began, release))
	}
	sentAway := func(key string, now time.Time) (time.Time, bool) {
		a, again, _ := c.offer("m", key, nil, now)
		return again, a == crowded
	}
	for i := range 3 {
		again, away := sentAway("m.hot", when)
		if want := when.Add(time.Duration(i+1) * turn); !away || !again.Equal(want) {
			t.Errorf("piece %d of a key is told to come at %v, want %v", i, again, want)
		}
	}
	later := when.Add(time.Hour)
	if again, _ := sentAway("m.hot", later); !again.Equal(later.Add(turn)) {
		t.Errorf("an hour later: %v", again)
	}
	for i := range 3 { // the merchant's half
		take(t, c, fmt.Sprintf("m.%d", i), hanging("cold", began, release))
	}
	if a, again, _ := c.offer("m", "m.more", nil, when); a != full || !again.Equal(when.Add(patienceWithMerchant)) {
		t.Errorf("the merchant's share is taken: answer %d until %v", a, again)
	}
	late := when.Add(patienceWithMerchant)
	for i := range 3 {
		again, away := sentAway("m.more", late)
		if want := late.Add(time.Duration(i+1) * turn); !away || !again.Equal(want) {
			t.Errorf("piece %d of a merchant is told to come at %v, want %v", i, again, want)
		}
	}
	take(t, c, "n.other", hanging("other", began, release))
	close(release)
	wantIdle(t, c)
}
