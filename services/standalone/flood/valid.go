package flood

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Valid is what came of the genuine notifications.
type Valid struct {
	// Sent are the deliveries that were answered 200, Repeated those that had to be sent again first, as WeChat does after
	// another answer or none.
	Sent     int64 `json:"sent"`
	Repeated int64 `json:"repeated"`
	// Facts are the different things that were told, Rows the notices stored, Events the different ids on NOTIFY.
	Facts  int            `json:"facts"`
	Rows   map[string]int `json:"rows"`
	Events int            `json:"events"`
	// Messages may be more than Events: what was published and not marked when a service ended is published again under
	// the same id. Changed are ids with two contents, Wrong the facts whose number of events is not one.
	Messages    int    `json:"messages"`
	Changed     int    `json:"changed"`
	Wrong       int    `json:"wrong"`
	Foreign     int    `json:"foreign"`
	Connections int    `json:"connections"`
	Restarts    int    `json:"restarts"`
	StreamBytes uint64 `json:"stream_bytes"`
	// Seconds is the time of everything, PerSecond the rate of answers while they were sent.
	Seconds   float64 `json:"seconds"`
	PerSecond int64   `json:"per_second"`
}

// chunkFacts is how many facts are signed, delivered and forgotten at a time: four times as many deliveries, well within
// the five minutes of a signature and 30 MB.
const chunkFacts = 2500

// tell delivers n genuine notifications over HTTP and waits for their effects. In the middle the broker goes away for a
// while, and later the service is restarted.
func (s *site) tell(ctx context.Context, seed uint64, n int64, connections int, progress func(sent int64)) (*Valid, error) {
	began := time.Now()
	v := &validFlood{site: s, seed: seed, facts: fact(max(n/copies, 1)), progress: progress, connections: connections}
	v.base.Store(new(s.service.URL()))
	v.send = toURL(client(connections), func() string { return *v.base.Load() })
	var sending time.Duration
	chunks := (int(v.facts) + chunkFacts - 1) / chunkFacts
	for chunk := range chunks {
		signed := time.Now()
		deliveries, err := v.sign(chunk, signed)
		if err != nil {
			return nil, err
		}
		start := time.Now()
		if err := v.deliver(ctx, deliveries, signed, v.trouble(ctx, chunk, chunks)); err != nil {
			return nil, err
		}
		sending += time.Since(start)
	}
	report := &Valid{Sent: v.sent.Load(), Repeated: v.repeated.Load(), Facts: int(v.facts), Connections: connections, Restarts: v.restarts}
	report.PerSecond = int64(float64(report.Sent) / sending.Seconds())
	if err := s.settled(ctx); err != nil {
		return nil, err
	}
	if err := s.fill(ctx, report); err != nil {
		return nil, err
	}
	report.Seconds = seconds(time.Since(began))
	return report, nil
}

// fill counts the effects.
func (s *site) fill(ctx context.Context, r *Valid) (err error) {
	if r.Rows, err = s.docs.rows(ctx); err != nil {
		return err
	}
	p, err := s.read(ctx, r.Facts)
	if err != nil {
		return err
	}
	r.Events, r.Messages, r.Changed, r.Foreign, r.StreamBytes = p.distinct, p.messages, p.changed, p.foreign, p.bytes
	for _, n := range p.told {
		if n != 1 {
			r.Wrong++
		}
	}
	return nil
}

// settled waits until nothing waits to be published: the sweep finds what a restart left, a few seconds later.
func (s *site) settled(ctx context.Context) error {
	for deadline := time.Now().Add(2 * time.Minute); ; {
		rows, err := s.docs.rows(ctx)
		if err != nil {
			return err
		}
		if rows["waiting"] == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return nil // the report shows what still waits
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// validFlood is a running flood of genuine notifications.
type validFlood struct {
	site        *site
	seed        uint64
	facts       fact
	connections int
	restarts    int
	send        sender
	base        atomic.Pointer[string]
	progress    func(int64)

	sent, repeated atomic.Int64
}

// sign makes the deliveries of a chunk, on all cores. Every delivery has dice of its own, so that it is the same whichever
// core makes it.
func (v *validFlood) sign(chunk int, now time.Time) ([]delivery, error) {
	first := fact(chunk * chunkFacts)
	plan := planChunk(batchDice(v.seed, uint64(chunk)), first, min(first+chunkFacts, v.facts), v.facts)
	deliveries := make([]delivery, len(plan))
	of := map[fact]int{} // where a fact's first telling is
	for i, t := range plan {
		if _, told := of[t.fact]; !told && !t.anew {
			of[t.fact] = i
		}
	}
	var next atomic.Int64
	err := eachCore(func() error {
		for i := next.Add(1) - 1; i < int64(len(plan)); i = next.Add(1) - 1 {
			if t := plan[i]; t.anew || of[t.fact] == int(i) {
				deliveries[i] = v.site.main.notify(batchDice(v.seed, uint64(chunk)<<32|uint64(i)|1<<62), now, t.fact)
			}
		}
		return nil
	})
	for i, t := range plan {
		if !t.anew {
			deliveries[i] = deliveries[of[t.fact]]
		}
	}
	return deliveries, err
}

// deliver sends the deliveries in their order on all connections at once; in the middle it makes the trouble, beside them.
func (v *validFlood) deliver(ctx context.Context, deliveries []delivery, signed time.Time, trouble func() error) error {
	var next atomic.Int64
	var troubled sync.WaitGroup
	var troubleErr error
	err := together(v.connections, func() error {
		for i := next.Add(1) - 1; i < int64(len(deliveries)); i = next.Add(1) - 1 {
			if int(i) == len(deliveries)/2 {
				troubled.Go(func() { troubleErr = trouble() })
			}
			if err := v.until200(ctx, deliveries[i], signed); err != nil {
				return err
			}
		}
		return nil
	})
	troubled.Wait()
	v.progress(v.sent.Load())
	return errors.Join(err, troubleErr)
}

// until200 repeats a delivery as WeChat does, only sooner; on a slow machine it is signed anew, as WeChat does too, before
// its signature is five minutes old.
func (v *validFlood) until200(ctx context.Context, d delivery, signed time.Time) error {
	for try := 0; ; try++ {
		if now := time.Now(); now.Sub(signed) > stale {
			d, signed = v.site.main.deliver(batchDice(v.seed, uint64(now.UnixNano())), now, d.body), now
		}
		status, err := v.send(ctx, d)
		if err == nil && status == http.StatusOK {
			v.sent.Add(1)
			return nil
		}
		if status/100 == 4 || try == 300 || ctx.Err() != nil {
			return errors.Join(fmt.Errorf("a genuine notification was answered %d", status), err)
		}
		v.repeated.Add(1)
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// trouble is what happens in the middle of a chunk: at a third of all the broker goes away for a second, at two thirds the
// service is restarted.
func (v *validFlood) trouble(ctx context.Context, chunk, chunks int) func() error {
	switch {
	case chunks > 1 && chunk == chunks/3:
		return func() error {
			v.site.nats.Stop()
			return errors.Join(v.site.clock.Sleep(ctx, time.Second), v.site.nats.Again())
		}
	case chunk == chunks*2/3:
		return func() error {
			if err := errors.Join(v.site.stop(), v.site.start(ctx)); err != nil {
				return err
			}
			v.restarts++
			v.base.Store(new(v.site.service.URL()))
			return nil
		}
	}
	return func() error { return nil }
}
