package e2e

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/standalone/stack"
)

func TestCallbacksAreAnsweredWithinASecondWhileTheBrokerIsAwayAndPublishedWhenItIsBack(t *testing.T) {
	// Not beside the other stories: what is measured is the broker's absence, not their load.
	front := newPorch(t)
	w := newWorld(t, tuned(func(c *stack.Configs) {
		c.Order.PublicBase = front.URL
		c.Sandbox.DeductAfter = 2 * time.Minute // four seconds, in which all visits end and the broker goes
	}))
	front.doors.Store(&w.Doors)
	var visits []*visit
	var numbers []string
	for i := range 8 {
		v := w.visit(fmt.Sprintf("B%02d", i))
		visits, numbers = append(visits, v), append(numbers, v.number)
	}
	if err := w.together(visits, func(v *visit) error {
		if err := v.enter(); err != nil {
			return err
		}
		if err := v.Publish(v.ctx, v.ended(400)); err != nil {
			return err
		}
		_, err := v.tracker.Await(v.ctx, v.number, "payment_pending")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	w.StopBroker()
	for _, number := range numbers {
		if err := w.until("the callback about "+number, func() (bool, error) {
			notices, err := w.notices(number)
			return len(notices) == 1 && notices[0].Outcome == "delivered", err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.StartBroker(); err != nil {
		t.Fatal(err)
	}
	for _, a := range front.seen() {
		if a.status != http.StatusOK || a.took > time.Second {
			t.Errorf("a callback was answered %d after %v", a.status, a.took)
		}
	}
	if n := len(front.seen()); n < len(numbers) {
		t.Errorf("%d callbacks came, want one of every order", n)
	}
	if err := w.together(visits, (*visit).end); err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	for _, number := range numbers {
		if a := l.endedOnce(t, number, "paid", price); len(a.Told) != 1 {
			t.Errorf("%s: %d facts were published of its callback", number, len(a.Told))
		}
	}
	t.Run("and new customers are served", func(t *testing.T) {
		v := w.visit("AFTER")
		if err := w.together([]*visit{v}, buy); err != nil {
			t.Fatal(err)
		}
		w.quiet(v.number)
		l := w.ledger(t)
		l.endedOnce(t, v.number, "paid", price)
	})
}
