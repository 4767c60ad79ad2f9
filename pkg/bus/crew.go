package bus

import (
	"strings"
	"sync"
	"time"

	lanes "github.com/facepay-go/facepay/pkg/lane"
)

// crew runs work on at most a number of goroutines, one after the other per key. A place is held by work that runs and by
// nothing else: what waits for its key holds none, or a few slow keys would keep everybody else out. Of the places that
// others leave, a merchant may hold half.
type crew struct {
	size    int
	hands   *lanes.Hands
	running sync.WaitGroup

	mu sync.Mutex
	// used are the places held; merchants has an entry for each merchant that holds any, lanes for each key that does.
	used      int
	merchants map[string]*merchantWork
	lanes     map[string]*lane
	// freed is closed, and made anew, when a place comes free.
	freed chan struct{}
}

// lane is the work of one key.
type lane struct {
	// waiting comes behind the work that runs now.
	waiting []func()
	spaced
}

// merchantWork is the running work of one merchant.
type merchantWork struct {
	running int
	// stuckSince is when work of the merchant first found its half taken, since its last work ended; zero when it did not.
	stuckSince time.Time
	spaced
}

// spaced tells the work that is sent away when to come again: each piece one turn behind the last.
type spaced struct{ sentAway time.Time }

func (s *spaced) again(now time.Time) time.Time {
	if s.sentAway.Before(now) {
		s.sentAway = now
	}
	s.sentAway = s.sentAway.Add(turn)
	return s.sentAway
}

const (
	// turn spaces the work sent away: however much a key or a merchant has, so much of it comes again per second.
	turn = time.Millisecond
	// patienceWithMerchant is how long work waits for a place of its merchant's half while none of the merchant's work ends.
	// It is short, since what comes behind it in the stream waits too, and longer than quick handlers ever need.
	patienceWithMerchant = 20 * time.Millisecond
)

func newCrew(size int) *crew {
	return &crew{
		size: max(size, 1), hands: lanes.NewHands(), merchants: map[string]*merchantWork{}, lanes: map[string]*lane{},
		freed: make(chan struct{}),
	}
}

// share is how much work of one key may wait beside the one that runs.
func (c *crew) share() int { return max(1, c.size/4) }

// answer is what became of work that was offered.
type answer uint8

const (
	// taken: it runs, or will when its key is idle.
	taken answer = iota
	// crowded: its key or its merchant has its share; it may come again at the time given.
	crowded
	// full: there is no place now.
	full
	// stopped: quit came first.
	stopped
)

// take runs work as soon as no other of its key runs. It blocks while all places are held, and for a moment while the
// merchant holds its half. key is a merchant, a dot and what is the merchant's own.
func (c *crew) take(quit <-chan struct{}, key string, work func()) (a answer, again time.Time) {
	merchant, _, _ := strings.Cut(key, ".")
	for {
		a, again, freed := c.offer(merchant, key, work, time.Now())
		if a != full {
			return a, again
		}
		var patience <-chan time.Time // none while all places are held: then nobody else could run either
		if !again.IsZero() {
			patience = time.After(time.Until(again))
		}
		select {
		case <-freed:
		case <-patience:
		case <-quit:
			return stopped, time.Time{}
		}
	}
}

// offer is take without waiting. The answer full means: offer again when freed is closed, or at the time given.
func (c *crew) offer(merchant, key string, work func(), now time.Time) (a answer, again time.Time, freed <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, busy := c.lanes[key]; busy {
		if len(l.waiting) >= c.share() {
			return crowded, l.again(now), nil
		}
		l.waiting = append(l.waiting, work)
		return taken, time.Time{}, nil
	}
	if c.used == c.size {
		return full, time.Time{}, c.freed
	}
	m := c.merchants[merchant]
	if m == nil {
		m = &merchantWork{}
		c.merchants[merchant] = m
	}
	if m.running >= c.size-c.used { // one more would be more than half of what others leave
		if m.stuckSince.IsZero() {
			m.stuckSince = now
		}
		if late := m.stuckSince.Add(patienceWithMerchant); now.Before(late) {
			return full, late, c.freed
		}
		return crowded, m.again(now), nil
	}
	m.running++
	c.used++
	c.lanes[key] = &lane{}
	c.running.Add(1)
	c.hands.Go(func() {
		defer c.running.Done()
		for ; work != nil; work = c.next(merchant, key) {
			work()
		}
	})
	return taken, time.Time{}, nil
}

// next takes the oldest waiting work of key, in the place of the work that ended; nil when the key is idle now and the
// place is free.
func (c *crew) next(merchant, key string) (work func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m, l := c.merchants[merchant], c.lanes[key]
	m.stuckSince = time.Time{}
	if len(l.waiting) > 0 {
		work, l.waiting = l.waiting[0], l.waiting[1:]
		return work
	}
	delete(c.lanes, key)
	c.used--
	if m.running--; m.running == 0 {
		delete(c.merchants, merchant)
	}
	close(c.freed)
	c.freed = make(chan struct{})
	return nil
}

// wait waits for all work taken. Nothing is taken any more by then.
func (c *crew) wait() { c.running.Wait() }
