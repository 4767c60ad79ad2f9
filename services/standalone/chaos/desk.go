package chaos

import (
	"context"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// desk publishes what the back office wants at a moment of a life, and returns when all of it is stored.
func (c *city) desk(ctx context.Context, v visit, at moment) error {
	var publishing sync.WaitGroup
	defer publishing.Wait()
	for _, w := range v.life.wishes {
		if w.at != at {
			continue
		}
		publish := func() {
			if err := c.ask(ctx, v, w); err != nil && ctx.Err() == nil {
				c.fail(v.number, err)
			}
		}
		if v.life.together {
			publishing.Go(publish)
		} else {
			publish()
		}
	}
	return ctx.Err()
}

// ask publishes one wish as often as it says.
func (c *city) ask(ctx context.Context, v visit, w wish) error {
	if err := sleep(ctx, w.wait); err != nil {
		return err
	}
	if w.operation == portal {
		return c.inPortal(ctx, v.number)
	}
	first := c.wished(v, w)
	facts := []proto.Message{first}
	for range w.again {
		facts = append(facts, first)
	}
	if w.anew {
		facts = append(facts, c.other(v, w, first))
	}
	if w.operation == elsewhere { // paid_at is a second after what was said last
		if err := sleep(ctx, 1500*time.Millisecond/time.Duration(c.scale)); err != nil {
			return err
		}
	}
	return c.publish(ctx, v.number, facts...)
}

// inPortal cancels an order in WeChat's portal, if it can be cancelled.
func (c *city) inPortal(ctx context.Context, number string) error {
	return c.insist(ctx, "cancelling in the portal", func(ctx context.Context) error {
		err := c.gateway.CancelInPortal(ctx, number)
		if err == nil {
			return nil
		}
		if _, asked := c.stateAt(ctx, number); asked == nil { // the sandbox is up: it refused
			return nil
		}
		return err
	})
}

// wished is the fact of a wish, by what is known of the order now.
func (c *city) wished(v visit, w wish) kiosk.Wish {
	g := c.gateway
	switch w.operation {
	case cancel:
		return g.Cancel(v.number, w.request, "顾客取消")
	case modify:
		return g.Modify(v.number, w.request, v.total()*w.perMille/1000, "商品破损")
	case elsewhere:
		return g.PaidElsewhere(v.number, w.request, c.lastHeard(v.number).Add(time.Second).Truncate(time.Second))
	case collect:
		return g.Collect(v.number, w.request)
	}
	transaction, fen := c.payment(v, w)
	return g.Refund(v.number, w.request, transaction, fen*w.perMille/1000, "退款")
}

// other is another fact under the number of a wish.
func (c *city) other(v visit, w wish, first kiosk.Wish) kiosk.Wish {
	switch w.operation {
	case cancel:
		return c.gateway.Cancel(v.number, w.request, "另一个理由")
	case collect:
		return c.gateway.Cancel(v.number, w.request, "顾客取消")
	case elsewhere:
		return c.gateway.PaidElsewhere(v.number, w.request, c.lastHeard(v.number).Add(2*time.Second))
	}
	w.perMille++
	if second := c.wished(v, w); !proto.Equal(first, second) {
		return second
	}
	w.perMille += 500
	return c.wished(v, w)
}

// payment is what a refund goes by: a payment of the order, if there is one and the wish names it, and how much it was.
func (c *city) payment(v visit, w wish) (transaction string, fen int64) {
	paid := c.paid(v.number)
	if paid == nil {
		return "", v.total()
	}
	for i, p := range paid.GetCollections() {
		if p.GetTransactionId() != "" && (i+int(w.perMille))%len(paid.GetCollections()) == 0 {
			if !w.named {
				return "", p.GetAmountFen()
			}
			return p.GetTransactionId(), p.GetAmountFen()
		}
	}
	return "", paid.GetPaidAmountFen()
}

func (c *city) paid(number string) (last *orderv1.OrderPaid) {
	for _, s := range c.tracker.Of(number) {
		if s.Paid != nil {
			last = s.Paid
		}
	}
	return last
}

// lastHeard is when the services last said something of an order, on their clock; now when they said nothing yet.
func (c *city) lastHeard(number string) time.Time {
	said := c.tracker.Of(number)
	if len(said) == 0 {
		return time.Now()
	}
	return said[len(said)-1].At
}
