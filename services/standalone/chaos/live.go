package chaos

import (
	"context"
	"errors"
	"net/url"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// live makes a visit with a life of its own. The kiosk is free again once the service has ended; the rest is the back
// office's.
func (c *city) live(ctx context.Context, at int, v visit) error {
	opened, err := c.begin(ctx, at, v)
	if err != nil {
		return err
	}
	if opened {
		if err := c.serveOut(ctx, v); err != nil {
			return err
		}
	}
	c.office.Go(func() {
		if err := c.outlive(ctx, v, opened); err != nil && ctx.Err() == nil {
			c.fail(v.number, err)
		}
	})
	return nil
}

// serveOut is the service until its end is published, with what the back office wants meanwhile.
func (c *city) serveOut(ctx context.Context, v visit) error {
	if err := c.desk(ctx, v, inService); err != nil {
		return err
	}
	var then proto.Message = v.ended()
	if v.script == isJammed {
		then = v.aborted()
	}
	if err := c.publish(ctx, v.number, then); err != nil {
		return err
	}
	return c.desk(ctx, v, atEnd)
}

// byHandAfter is how long WeChat is left alone with the collection before the customer pays by hand: it may have given up.
const byHandAfter = 15 * time.Second

// outlive follows an order to its end and beyond. What was wished for a service that never began is asked for all the same.
func (c *city) outlive(ctx context.Context, v visit, opened bool) error {
	if _, err := c.await(ctx, v.number, append([]string{"payment_pending"}, kiosk.Final...)...); err != nil {
		return err
	}
	if err := c.desk(ctx, v, pending); err != nil {
		return err
	}
	for over := time.Now().Add(2 * patience); time.Now().Before(over); {
		ended, err := c.hear(ctx, v.number, byHandAfter, kiosk.Final...)
		if err != nil {
			return err
		}
		if ended {
			break
		}
		if err := c.payByHand(ctx, v.number); err != nil {
			return err
		}
	}
	last := []moment{whenOver}
	if !opened {
		last = []moment{inService, atEnd, whenOver}
	}
	for _, at := range last {
		if err := c.desk(ctx, v, at); err != nil {
			return err
		}
	}
	return c.answers(ctx, v)
}

// hear waits for one of the events, for so long.
func (c *city) hear(ctx context.Context, number string, within time.Duration, names ...string) (bool, error) {
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	_, err := c.tracker.Await(bounded, number, names...)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return false, nil
	}
	return err == nil, err
}

// payByHand is the customer paying what WeChat did not collect. An order that is not to be paid is left alone.
func (c *city) payByHand(ctx context.Context, number string) error {
	return c.insist(ctx, "paying by hand", func(ctx context.Context) error {
		err := c.gateway.PayByHand(ctx, number)
		if err == nil {
			return nil
		}
		if state, asked := c.stateAt(ctx, number); asked == nil && state != "DOING/MCH_COMPLETE" {
			return nil
		}
		return err
	})
}

// stateAt is the state of an order in the provider's book, with its description; "" when there is none.
func (c *city) stateAt(ctx context.Context, number string) (string, error) {
	var row struct {
		State       string `json:"state"`
		Description string `json:"state_description"`
	}
	err := c.gateway.Get(ctx, "/control/wechat/book/"+number, url.Values{"mchid": {stack.MchID}}, &row)
	if err != nil && !kiosk.Refused(err, "order_not_found") {
		return "", err
	}
	if row.Description == "" {
		return row.State, nil
	}
	return row.State + "/" + row.Description, nil
}

// answerWithin is how long a life waits for the answer to one request, to see whether it is an abnormal refund. Later
// answers are waited for with the audit.
const answerWithin = time.Minute

// answers waits for the answer to every wish of a life, and lets an abnormal refund be handled.
func (c *city) answers(ctx context.Context, v visit) error {
	for _, w := range v.life.wishes {
		if err := c.answer(ctx, v, w); err != nil {
			return err
		}
	}
	return nil
}

func (c *city) answer(ctx context.Context, v visit, w wish) error {
	if w.operation == cancel || w.operation == elsewhere || w.operation == portal { // answered by the end, or refused
		return nil
	}
	bounded, stop := context.WithTimeout(ctx, answerWithin)
	defer stop()
	said, err := c.tracker.AwaitThat(bounded, v.number, func(s kiosk.Said) bool {
		return s.RequestID == w.request || w.operation == collect && s.Name == "paid"
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return nil // the audit names what has no answer
	case err != nil || said.Name != "refund_failed" || said.Code != "abnormal" || !v.life.handled:
		return err
	}
	refund := v.number + "@" + w.request
	return c.insist(ctx, "handling a refund", func(ctx context.Context) error {
		err := c.gateway.HandleRefund(ctx, refund)
		if kiosk.Refused(err, "refund_not_abnormal") { // it is handled, and the answer was lost
			return nil
		}
		return err
	})
}
