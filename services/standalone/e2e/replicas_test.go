package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/standalone/stack"
)

func TestTwoReplicasOfEveryServiceDoEverythingOnce(t *testing.T) {
	t.Parallel()
	front := newPorch(t)
	w := newWorld(t, tuned(func(c *stack.Configs) { c.Order.PublicBase = front.URL }), func(o *stack.Options) { o.Replicas = 2 })
	front.doors.Store(&w.Doors)
	for _, service := range []string{"order-lifecycle", "authinfo", "callback-ingest"} {
		if n := w.instances(t, service); n != 2 {
			t.Errorf("%d instances of %s answer, want 2", n, service)
		}
	}
	var visits []*visit
	var numbers []string
	for i := range 24 {
		v := w.visit(fmt.Sprintf("T%02d", i))
		switch i % 4 {
		case 0: // both doors get the same notice at the same moment
			w.fault(v.number, "notify", "concurrent", "copies", 6)
		case 1: // sweeps of both find it due
			w.fault(v.number, "notify", "never")
		case 2:
			w.fault(v.number, "complete", "lost_answer")
		}
		visits, numbers = append(visits, v), append(numbers, v.number)
	}
	if err := w.together(visits, buy); err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	for _, number := range numbers {
		l.endedOnce(t, number, "paid", price)
	}
	used := map[string]bool{}
	for _, a := range front.seen() {
		used[a.door] = true
	}
	if len(used) != 2 {
		t.Errorf("callbacks came through %d doors, want 2", len(used))
	}
}

// instances counts who answers a service's ping, as `nats micro ls` does.
func (w *world) instances(t *testing.T, service string) int {
	t.Helper()
	inbox := w.NC.NewRespInbox()
	answers, err := w.NC.SubscribeSync(inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answers.Unsubscribe() }()
	if err := w.NC.PublishRequest("$SRV.PING."+service, inbox, nil); err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		if _, err := answers.NextMsg(10 * time.Second); err != nil {
			return n
		}
		if n++; n == 2 {
			return n
		}
	}
}
