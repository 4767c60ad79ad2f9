package chaos

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/services/standalone/audit"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// longest is, on the services' clock, how long the last word can take where the waits are those of production: a refund
// waits ten minutes for the merchant's top-up, then 36 for three looks at it, when its notification was lost.
const longest = time.Hour

// settle waits until nothing is under way any more and audits. What the audit still finds broken may be on its way: it is
// asked again until the time is over.
func settle(ctx context.Context, o Options, c *city, now *status) (*Report, error) {
	bounded, cancel := context.WithTimeout(ctx, cmp.Or(o.Settle, longest/time.Duration(o.scale())))
	defer cancel()
	for number := range c.numbers() {
		if _, err := c.tracker.Await(bounded, number, kiosk.Final...); err != nil {
			break // the audit names the orders without an end
		}
	}
	for {
		idle, err := c.idle(bounded)
		if idle && err == nil {
			break
		}
		if sleep(bounded, 100*time.Millisecond) != nil {
			break
		}
	}
	for pause := 3 * time.Second; ; pause = min(2*pause, time.Minute) { // an audit reads everything
		r, err := c.audit(ctx)
		if err != nil || len(r.breaches) == 0 {
			return r, err
		}
		now.phase(fmt.Sprintf("settling (%s)", r.breaches[0]))
		if sleep(bounded, pause) != nil {
			return r, ctx.Err()
		}
	}
}

// numbers are all of which facepay acknowledged anything.
func (c *city) numbers() map[string]bool {
	all := map[string]bool{}
	for _, number := range c.promises.Sessions {
		all[number] = true
	}
	for number := range c.promises.Facts {
		all[number] = true
	}
	return all
}

// idle reports that no service has a message left to handle.
func (c *city) idle(ctx context.Context) (bool, error) {
	for _, each := range bus.Consumers() {
		consumer, err := c.gateway.JS.Consumer(ctx, each.Stream, each.Config.Durable)
		if err != nil {
			return false, err
		}
		if info := consumer.CachedInfo(); info.NumPending > 0 || info.NumAckPending > 0 {
			return false, nil
		}
	}
	return true, nil
}

func (c *city) audit(ctx context.Context) (*Report, error) {
	ledger, err := audit.ReadLedger(ctx, c.gateway.JS, c.gateway)
	if err != nil {
		return nil, fmt.Errorf("reading what came of it: %w", err)
	}
	r := reportOf(ledger.Examine(c.promises))
	for _, failed := range c.failed {
		r.add("a visit could not be made: " + failed)
	}
	return r, nil
}
