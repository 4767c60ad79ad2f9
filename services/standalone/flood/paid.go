package flood

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// Paid is what came of payments that were told again and again.
type Paid struct {
	Orders int `json:"orders"`
	// Told are the deliveries at our door: the provider's own bytes, several times, in random order.
	Told int64 `json:"told"`
	// PaidOnce are the orders with exactly one order.paid.
	PaidOnce        int       `json:"paid_once"`
	PaidFen         money.Fen `json:"paid_fen"`
	ProviderPaidFen money.Fen `json:"provider_paid_fen"`
	Seconds         float64   `json:"seconds"`
}

const (
	// wave is how many orders await payment at once: few enough that their notifications are delivered within the five
	// minutes of a signature.
	wave = 200
	// kiosks is how many serve at once: as many requests as a merchant may have running.
	kiosks = 16
)

// payments runs the whole system with a catcher in the place of its door. Orders come as far as PAYMENT_PENDING, the
// provider collects and tells the catcher; then the flood delivers what was caught, over and over.
func payments(ctx context.Context, dir string, o Options) (_ *Paid, err error) {
	began := time.Now()
	caught := newCatcher()
	defer caught.Close()
	s, err := stack.Start(ctx, stack.Options{Dir: dir, Log: o.Log, Tune: func(c *stack.Configs) {
		c.Order.PublicBase = caught.URL
		c.Sandbox.DeductAfter = 100 * time.Millisecond
		// The answer to a question would tell of the payment too: here the notification has to.
		c.Order.Timers.Pending = []time.Duration{time.Hour}
	}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	p, err := newPayments(ctx, s, o, caught)
	if err != nil {
		return nil, err
	}
	defer p.tracker.Stop()
	for first := 0; first < o.Orders; first += wave {
		if err := p.wave(ctx, first, min(first+wave, o.Orders)); err != nil {
			return nil, err
		}
		o.Progress("paid", int64(min(first+wave, o.Orders)), int64(o.Orders))
	}
	return p.report(ctx, began)
}

type paymentFlood struct {
	o       Options
	gateway *kiosk.Gateway
	tracker *kiosk.Tracker
	caught  *catcher
	send    sender
	told    atomic.Int64
}

func newPayments(ctx context.Context, s *stack.Stack, o Options, caught *catcher) (*paymentFlood, error) {
	gateway, tracker, err := s.Gateway(ctx, jetstream.DeliverAllPolicy, kiosks)
	if err != nil {
		return nil, err
	}
	return &paymentFlood{
		o: o, gateway: gateway, tracker: tracker, caught: caught, send: toURL(client(o.Connections), s.Ingest.URL),
	}, nil
}

func numberOf(order int) string { return fmt.Sprintf("PAID%06d", order) }

// wave brings orders to PAYMENT_PENDING, catches their notifications and delivers each four times, and again some of
// earlier waves, shuffled. It returns when all are paid.
func (p *paymentFlood) wave(ctx context.Context, first, end int) error {
	var next atomic.Int64
	next.Store(int64(first))
	if err := together(kiosks, func() error {
		for i := int(next.Add(1) - 1); i < end; i = int(next.Add(1) - 1) {
			v := visit{Gateway: p.gateway, tracker: p.tracker, number: numberOf(i)}
			if err := v.buy(ctx); err != nil {
				return fmt.Errorf("%s: %w", v.number, err)
			}
		}
		return nil
	}); err != nil {
		return err
	}
	all, err := p.catch(ctx, end)
	if err != nil {
		return err
	}
	if err := p.deliver(ctx, p.shuffled(all, first)); err != nil {
		return err
	}
	for i := first; i < end; i++ {
		if _, err := p.tracker.Await(ctx, numberOf(i), "paid"); err != nil {
			return fmt.Errorf("%s is not paid: %w", numberOf(i), err)
		}
	}
	return nil
}

func (p *paymentFlood) catch(ctx context.Context, n int) ([]delivery, error) {
	for {
		all, more := p.caught.have(n)
		if more == nil {
			return all, nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, fmt.Errorf("the provider did not tell of all payments: %w", ctx.Err())
		}
	}
}

func (p *paymentFlood) shuffled(all []delivery, first int) []delivery {
	dice := batchDice(p.o.Seed, uint64(first))
	var deliveries []delivery
	for _, d := range all[first:] {
		deliveries = append(deliveries, d, d, d, d)
	}
	for range min(first, wave/2) { // the last wave is well within the five minutes of a signature
		deliveries = append(deliveries, all[first-1-dice.IntN(min(first, wave))])
	}
	dice.Shuffle(len(deliveries), func(i, j int) { deliveries[i], deliveries[j] = deliveries[j], deliveries[i] })
	return deliveries
}

func (p *paymentFlood) deliver(ctx context.Context, deliveries []delivery) error {
	queue := make(chan delivery, len(deliveries))
	for _, d := range deliveries {
		queue <- d
	}
	close(queue)
	return together(p.o.Connections, func() error {
		for d := range queue {
			status, err := p.send(ctx, d)
			if err != nil || status != http.StatusOK {
				return errors.Join(fmt.Errorf("a notification of the provider's was answered %d", status), err)
			}
			p.told.Add(1)
		}
		return nil
	})
}

// report counts what was said of each order, after everything that was told has been handled.
func (p *paymentFlood) report(ctx context.Context, began time.Time) (*Paid, error) {
	if err := p.idle(ctx); err != nil {
		return nil, err
	}
	r := &Paid{Orders: p.o.Orders, Told: p.told.Load()}
	for i := range p.o.Orders {
		times := 0
		for _, s := range p.tracker.Of(numberOf(i)) {
			if s.Paid != nil {
				times++
				r.PaidFen += money.Fen(s.Paid.GetPaidAmountFen())
			}
		}
		if times == 1 {
			r.PaidOnce++
		}
	}
	var book struct {
		Totals struct {
			PaidFen money.Fen `json:"paid_fen"`
		} `json:"totals"`
	}
	if err := p.gateway.Get(ctx, "/control/wechat/book", url.Values{"limit": {"1"}}, &book); err != nil {
		return nil, err
	}
	r.ProviderPaidFen, r.Seconds = book.Totals.PaidFen, seconds(time.Since(began))
	return r, nil
}

// idle waits until order-lifecycle has acknowledged every event there is, and the tracker has seen what it said.
func (p *paymentFlood) idle(ctx context.Context) error {
	for {
		busy := false
		for _, name := range []string{"KIOSK", "NOTIFY", "AUTHINFO"} {
			consumer, err := p.gateway.JS.Consumer(ctx, name, "order-lifecycle")
			if err != nil {
				return err
			}
			info, err := consumer.Info(ctx)
			if err != nil {
				return err
			}
			busy = busy || info.NumPending > 0 || info.NumAckPending > 0
		}
		stream, err := p.gateway.JS.Stream(ctx, "ORDER")
		if err != nil {
			return err
		}
		if !busy && p.tracker.Total() >= int(stream.CachedInfo().State.Msgs) {
			return nil
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
