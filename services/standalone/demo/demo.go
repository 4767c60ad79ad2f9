// Package demo drives scripted kiosks through every outcome an order can have, against the whole system, and holds what
// came of it against the provider's book.
package demo

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/progress"
	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// Options say how large the demo is.
type Options struct {
	// Orders is how many customers come; every special visit comes at least twice when there is room.
	Orders int
	// Kiosks is how many serve at once.
	Kiosks int
	// Run tells this demo's numbers from those of others in the same data folder; at most 6 letters or digits.
	Run string
	// Progress gets the progress line.
	Progress progress.Output
	// Dir is the data folder of the stack, whose keys are searched for; Log gives what the stack has logged, at level debug.
	Dir string
	Log func() (string, error)
}

// Scale and Tune are the pace of the demo's world: a minute is three seconds.
const Scale = 20

// Tune sets the waits so that the demo shows late answers in seconds. Provider calls time out on the machine's clock:
// 2 s of it are 40 s of the demo's.
func Tune(c *stack.Configs) {
	c.Order.CallTimeout, c.Order.Claim = 2*time.Second, 100*time.Second
	c.Authinfo.CallTimeout, c.Authinfo.Claim = 2*time.Second, 100*time.Second
	c.Order.Timers.OpenWithin = 80 * time.Second
	c.Order.TopUp = time.Minute
	c.Order.Timers.ConfirmWithin = 3 * time.Minute
	c.Order.Timers.Ages = []time.Duration{time.Minute, 10 * time.Minute}
	c.Authinfo.Consent.TokenLife, c.Authinfo.Consent.Margin = 3*time.Minute, 10*time.Second
	c.Order.SweepEvery, c.Authinfo.SweepEvery = 4*time.Second, 4*time.Second
	c.Authinfo.SessionTTL = 3 * time.Minute
	c.Sandbox.DeductAgainAfter = 20 * time.Second
}

// visit is one walk that was made.
type visit struct {
	scenario *scenario
	number   string
	err      error
}

// Run makes all visits, waits for every order's end and checks the invariants.
func Run(ctx context.Context, s *stack.Stack, o Options) (*Report, error) {
	began := time.Now()
	shops, err := openShops(ctx, s, o.Kiosks)
	if err != nil {
		return nil, err
	}
	defer shops.close()
	used := &secrets.Used{}
	if err := used.AddKeys(o.Dir); err != nil {
		return nil, err
	}
	visits := plan(o)
	for i := range special {
		for _, template := range special[i].faults {
			f := maps.Clone(template)
			f["out_order_no_prefix"] = special[i].code + o.Run
			if err := shops.own.AddFault(ctx, f); err != nil {
				return nil, err
			}
		}
	}
	bar := progress.Start(o.Progress, 5*time.Second, func() string { return ended(shops, visits) })
	walkAll(ctx, shops, visits, o.Kiosks, used)
	settle(ctx, shops, visits)
	bar.Stop()
	return examine(ctx, s, shops, o, used, visits, began)
}

// plan deals the special visits twice, as far as there is room, and fills up with plain ones.
func plan(o Options) []*visit {
	var visits []*visit
	add := func(s *scenario) {
		visits = append(visits, &visit{scenario: s, number: fmt.Sprintf("%s%s%05d", s.code, o.Run, len(visits))})
	}
	for range 2 {
		for i := range special {
			if len(visits) < o.Orders {
				add(&special[i])
			}
		}
	}
	for len(visits) < o.Orders {
		add(&plain)
	}
	return visits
}

func walkAll(ctx context.Context, all *shops, visits []*visit, kiosks int, used *secrets.Used) {
	queue := make(chan *visit)
	var serving sync.WaitGroup
	for k := range kiosks {
		serving.Go(func() {
			for v := range queue {
				s := all.of(v)
				v.err = v.scenario.script(ctx, &walk{
					Gateway: s.Gateway, tracker: s.tracker, users: s.users, clock: all.clock, service: s.service, used: used,
					number: v.number, device: fmt.Sprintf("KIOSK-%04d", k+1), user: "user of " + v.number,
				})
			}
		})
	}
	for _, v := range visits {
		select {
		case queue <- v:
		case <-ctx.Done():
			v.err = ctx.Err()
		}
	}
	close(queue)
	serving.Wait()
}

// settle waits for the last word on every order.
func settle(ctx context.Context, all *shops, visits []*visit) {
	for _, v := range visits {
		if v.err == nil {
			if _, err := all.of(v).tracker.Await(ctx, v.number, kiosk.Final...); err != nil {
				v.err = fmt.Errorf("no end: %w", err)
			}
		}
	}
}
