package journal

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Committer stores notices, those that wait at the same moment in one write (group commit). Nobody waits for company: a
// lone notice is written at once, and while that write runs the next group gathers by itself.
type Committer struct {
	notices docstore.Collection[Notice]
	most    int
	within  time.Duration
	queue   chan *entry
}

// entry is one caller waiting for the fate of its notice.
type entry struct {
	notice *Notice
	caller context.Context
	fate   chan error
}

// NewCommitter writes at most most notices at once. A caller waits within that time, on the machine's clock, and no
// longer: the provider wants an answer.
func NewCommitter(j *Journal, most int, within time.Duration) *Committer {
	return &Committer{notices: j.notices, most: most, within: within, queue: make(chan *entry, most)}
}

// Store returns nil when the notice is on disk and new, Duplicate when the fact was there before, Retry when the store
// did not answer in time (it may be stored all the same: the repeat is then a Duplicate, and the sweep publishes it).
func (c *Committer) Store(ctx context.Context, n *Notice) error {
	ctx, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	e := &entry{notice: n, caller: ctx, fate: make(chan error, 1)}
	select {
	case c.queue <- e:
	case <-ctx.Done():
		return tooLate(ctx)
	}
	select {
	case err := <-e.fate:
		return err
	case <-ctx.Done():
		return tooLate(ctx)
	}
}

func tooLate(ctx context.Context) error {
	return fault.Wrap(ctx.Err(), fault.Retry, "store_away", "waiting for the store")
}

// Run writes until ctx ends. The door is closed before, so nobody waits by then.
func (c *Committer) Run(ctx context.Context) error {
	for {
		select {
		case first := <-c.queue:
			c.write(ctx, c.gather(first))
		case <-ctx.Done():
			return nil
		}
	}
}

// gather takes what waits now. A caller that gave up is left out: it was told to come again.
func (c *Committer) gather(first *entry) []*entry {
	group := make([]*entry, 0, len(c.queue)+1)
	for e := first; ; {
		if e.caller.Err() == nil {
			group = append(group, e)
		}
		if len(group) >= c.most {
			return group
		}
		select {
		case e = <-c.queue:
		default:
			return group
		}
	}
}

// write inserts each fact once and tells every caller. Of several that bring the same new fact, the first is its bringer
// and the others are repeats.
func (c *Committer) write(ctx context.Context, group []*entry) {
	if len(group) == 0 {
		return
	}
	firsts := make([]*entry, 0, len(group))
	of := make(map[string][]*entry, len(group))
	for _, e := range group {
		if id := e.notice.ID; of[id] == nil {
			firsts = append(firsts, e)
		}
		of[e.notice.ID] = append(of[e.notice.ID], e)
	}
	fresh := make([]*Notice, len(firsts))
	for i, e := range firsts {
		fresh[i] = e.notice
	}
	// A stop does not interrupt the write; it is bounded by what its callers can still wait.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.within)
	defer cancel()
	for i, err := range c.notices.InsertMany(ctx, fresh) {
		tell(of[fresh[i].ID], err)
	}
}

// tell answers the bringer of a fact with err, and those who brought the same fact in the same group: to them it is a
// repeat once it is stored.
func tell(same []*entry, err error) {
	same[0].fate <- err
	if err == nil {
		err = docstore.Exists("notices")
	}
	for _, repeat := range same[1:] {
		repeat.fate <- err
	}
}
