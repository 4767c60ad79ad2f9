package flood

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Forged is what came of the notifications that must not be accepted.
type Forged struct {
	Sent int64 `json:"sent"`
	// OverHTTP are those that went through a socket; the others were given to the door's handler.
	OverHTTP int64 `json:"over_http"`
	// Accepted were answered 2xx. Rows and Events are what the store and the stream NOTIFY held afterwards.
	Accepted int64 `json:"accepted"`
	Rows     int   `json:"rows"`
	Events   int   `json:"events"`
	// Kinds counts the answers by kind and status, Reasons the refusals by the service's own word for them.
	Kinds   map[string]map[int]int64 `json:"kinds"`
	Reasons map[string]int64         `json:"reasons"`
	Seconds float64                  `json:"seconds"`
}

const (
	// batchSize forgeries are made of one set of originals; a set is signed anew for each batch.
	batchSize                            = 5000
	originals, missealed, foreign, shelf = 32, 16, 8, 512
	// stale is how old a batch's originals may become before what is left of it is not delivered: a process that was
	// stopped for minutes would deliver what is a forgery no more, as the moved timestamps come true.
	stale = 100 * time.Second
)

// forge sends n forgeries, overHTTP of them through sockets.
func (s *site) forge(ctx context.Context, seed uint64, n, overHTTP int64, connections int, tell func(sent int64)) (*Forged, error) {
	began := time.Now()
	f := &forgedFlood{site: s, kinds: forgeries(), total: n, tell: tell, seed: seed, counts: map[string]map[int]int64{}}
	dice := batchDice(seed, shelfBatch)
	for range shelf {
		age := 300*time.Second + time.Duration(dice.Int64N(int64(365*24*time.Hour)))
		f.shelf = append(f.shelf, s.main.notify(dice, began.Add(-age), fact(dice.IntN(1e6))))
	}
	socket, handler := toURL(client(connections), s.service.URL), toHandler(s.service.Handler())
	if err := s.control(ctx, dice, socket, handler); err != nil {
		return nil, err
	}
	overHTTP = min(overHTTP, n)
	f.left.Store(overHTTP)
	err := together(connections, func() error { return f.send(ctx, socket, true) })
	if err == nil {
		f.left.Store(n - overHTTP)
		err = eachCore(func() error { return f.send(ctx, handler, false) })
	}
	if err == nil {
		err = s.settled(ctx)
	}
	if err != nil {
		return nil, err
	}
	report := &Forged{Sent: f.sent.Load(), OverHTTP: overHTTP, Accepted: f.accepted.Load(), Kinds: f.counts, Reasons: s.service.Counts().Reasons}
	if report.Rows, report.Events, err = s.held(ctx); err != nil {
		return nil, err
	}
	report.Rows, report.Events = report.Rows-1, report.Events-1 // the control's
	report.Seconds = seconds(time.Since(began))
	return report, nil
}

// control delivers one genuine notification by each sender, so that a count of nothing afterwards means that nothing came,
// and not that the flood looks in the wrong place or knocks at the wrong door.
func (s *site) control(ctx context.Context, dice *rand.Rand, senders ...sender) error {
	d := s.main.notify(dice, time.Now(), 0)
	for _, send := range senders {
		if status, err := send(ctx, d); err != nil || status != http.StatusOK {
			return errors.Join(fmt.Errorf("the control was answered %d", status), err)
		}
	}
	if err := s.settled(ctx); err != nil {
		return err
	}
	rows, events, err := s.held(ctx)
	if err == nil && (rows != 1 || events != 1) {
		err = fmt.Errorf("the control made %d rows and %d events", rows, events)
	}
	return err
}

// forgedFlood is a running flood of forgeries.
type forgedFlood struct {
	site  *site
	kinds []forgery
	shelf []delivery
	seed  uint64
	total int64
	tell  func(int64)

	left, batch, sent, accepted atomic.Int64

	mu     sync.Mutex
	counts map[string]map[int]int64
}

// send makes and delivers batch after batch until none is left.
func (f *forgedFlood) send(ctx context.Context, to sender, wire bool) error {
	for ctx.Err() == nil {
		// Through sockets many send at once, so their batches are small.
		want := int64(batchSize)
		if wire {
			want = 250
		}
		rest := f.left.Add(-want) + want
		if rest <= 0 {
			return nil
		}
		if err := f.sendBatch(ctx, to, wire, min(want, rest)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *forgedFlood) sendBatch(ctx context.Context, to sender, wire bool, n int64) error {
	b := f.newBatch()
	counts := map[string]map[int]int64{}
	for n > 0 {
		kind := f.draw(b)
		if wire && kind.unsendable {
			continue
		}
		d := kind.make(b)
		if time.Since(b.now) > stale {
			b = f.newBatch()
			continue
		}
		status, err := to(ctx, d)
		if err != nil {
			return fmt.Errorf("delivering %q: %w", kind.name, err)
		}
		if counts[kind.name] == nil {
			counts[kind.name] = map[int]int64{}
		}
		counts[kind.name][status]++
		if status/100 == http.StatusOK/100 {
			f.accepted.Add(1)
		}
		f.sent.Add(1)
		n--
	}
	f.note(counts)
	return nil
}

// newBatch signs the originals of the next batch.
func (f *forgedFlood) newBatch() *forger {
	dice := batchDice(f.seed, uint64(f.batch.Add(1)))
	b := &forger{Rand: dice, site: f.site, now: time.Now(), shelf: f.shelf}
	s := f.site
	for range originals {
		b.originals = append(b.originals, s.main.notify(dice, b.now, fact(dice.IntN(1e6))))
	}
	for range missealed {
		b.missealed = append(b.missealed, s.main.deliver(dice, b.now, s.misseal(dice, b.now, fact(dice.IntN(1e6)))))
	}
	for range foreign {
		// The stranger may know the APIv3 key: the signature alone must hold the door.
		b.foreign = append(b.foreign, s.stranger.deliver(dice, b.now, written(s.main.seal(dice, b.now, fact(dice.IntN(1e6)), s.main.apiv3))))
	}
	return b
}

// draw picks a kind by its weight.
func (f *forgedFlood) draw(b *forger) forgery {
	all := 0
	for _, k := range f.kinds {
		all += k.weight
	}
	at := b.IntN(all)
	for _, k := range f.kinds {
		if at -= k.weight; at < 0 {
			return k
		}
	}
	return f.kinds[0]
}

func (f *forgedFlood) note(counts map[string]map[int]int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for kind, by := range counts {
		if f.counts[kind] == nil {
			f.counts[kind] = map[int]int64{}
		}
		for status, n := range by {
			f.counts[kind][status] += n
		}
	}
	f.tell(f.sent.Load())
}

// shelfBatch is the number of no batch.
const shelfBatch = 1 << 62

// batchDice are the dice of one batch: the same for the same seed and number, whoever makes it.
func batchDice(seed, batch uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, batch)) }
