package bus

import "sync"

// crew runs work on at most a number of goroutines, one after the other per key.
type crew struct {
	// places holds one token per piece of work that was taken and has not finished.
	places  chan struct{}
	running sync.WaitGroup

	mu sync.Mutex
	// waiting has an entry for each key with work: what comes behind the work that runs now.
	waiting map[string][]func()
}

func newCrew(size int) *crew {
	return &crew{places: make(chan struct{}, max(size, 1)), waiting: map[string][]func(){}}
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
	queue, busy := c.waiting[key]
	if busy {
		c.waiting[key] = append(queue, work)
		return true
	}
	c.waiting[key] = nil
	c.running.Go(func() {
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
	queue := c.waiting[key]
	if len(queue) == 0 {
		delete(c.waiting, key)
		return nil
	}
	c.waiting[key] = queue[1:]
	return queue[0]
}

// wait waits for all work taken. Nothing is taken any more by then.
func (c *crew) wait() { c.running.Wait() }
