package bus

import (
	"sync"
	"time"

	lanes "github.com/facepay-go/facepay/pkg/lane"
)

// crew runs work on at most a number of goroutines, one after the other per key.
type crew struct {
	// places holds one token per piece of work that was taken and has not finished.
	places  chan struct{}
	hands   *lanes.Hands
	running sync.WaitGroup

	mu sync.Mutex
	// lanes has an entry for each key with work.
	lanes map[string]*lane
}

// lane is the work of one key.
type lane struct {
	// waiting comes behind the work that runs now.
	waiting []func()
	// sentAway is when the last work that found the lane crowded was told to come again.
	sentAway time.Time
}

// turn spaces the work sent away from a crowded lane: however much a key has, so much of it comes again per second.
const turn = time.Millisecond

func newCrew(size int) *crew {
	return &crew{places: make(chan struct{}, max(size, 1)), hands: lanes.NewHands(), lanes: map[string]*lane{}}
}

// share is how many places the work of one key may hold beside the one that runs: a hot key must leave places to others.
func (c *crew) share() int { return max(1, cap(c.places)/4) }

// crowded tells whether a key holds its share, and then when more of its work may come again: each piece one turn
// behind the last.
func (c *crew) crowded(key string, now time.Time) (again time.Time, crowded bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, busy := c.lanes[key]
	if !busy || len(l.waiting) < c.share() {
		return time.Time{}, false
	}
	if l.sentAway.Before(now) {
		l.sentAway = now
	}
	l.sentAway = l.sentAway.Add(turn)
	return l.sentAway, true
}

// take runs work as soon as no other of its key runs. It blocks while all places are taken; false means that quit came
// first and the work will not run.
func (c *crew) take(quit <-chan struct{}, key string, work func()) bool {
	select {
	case c.places <- struct{}{}:
	case <-quit:
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, busy := c.lanes[key]; busy {
		l.waiting = append(l.waiting, work)
		return true
	}
	c.lanes[key] = &lane{}
	c.running.Add(1)
	c.hands.Go(func() {
		defer c.running.Done()
		for ; work != nil; work = c.next(key) {
			work()
			<-c.places
		}
	})
	return true
}

// next takes the oldest waiting work of key; nil when the key is idle now.
func (c *crew) next(key string) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := c.lanes[key]
	if len(l.waiting) == 0 {
		delete(c.lanes, key)
		return nil
	}
	work := l.waiting[0]
	l.waiting = l.waiting[1:]
	return work
}

// wait waits for all work taken. Nothing is taken any more by then.
func (c *crew) wait() { c.running.Wait() }
