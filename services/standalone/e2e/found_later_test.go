package e2e

import (
	"slices"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/standalone/stack"
)

// An order of which it becomes known too late that it exists is cancelled; its door stays closed and it is never
// completed, also when the gateway says that the service ended.
func TestAnOrderFoundLaterIsCancelledNeverOpenedNeverCompleted(t *testing.T) {
	t.Parallel()
	// A lost answer takes a second of the machine, half a minute here: two of them are too late.
	w := newWorld(t, tuned(func(c *stack.Configs) { c.Order.Timers.OpenWithin = 20 * time.Second }))
	w.fault("late", "create", "timeout", "times", 2)
	// The first create lands unseen, the repeat is refused: the order exists all the same.
	w.fault("refused", "create", "timeout")
	w.fault("refused", "create", "risk_refused")
	stories := map[string]string{"late": "open_timeout", "refused": "found_after_refusal"}
	if err := w.together([]*visit{w.visit("late"), w.visit("refused")}, func(v *visit) error {
		fact, err := v.look()
		if err != nil {
			return err
		}
		if err := v.Publish(v.ctx, fact); err != nil {
			return err
		}
		if err := v.Publish(v.ctx, v.ended(400)); err != nil {
			return err
		}
		return v.end()
	}); err != nil {
		t.Fatal(err)
	}
	w.quiet("late", "refused")
	l := w.ledger(t)
	for number, reason := range stories {
		t.Run(number, func(t *testing.T) {
			a := l.endedOnce(t, number, "revoked", 0)
			if !slices.Equal(a.codes("revoked"), []string{reason}) && !slices.Equal(a.codes("revoked"), []string{"open_timeout"}) {
				t.Errorf("revoked for %v, want %s", a.codes("revoked"), reason)
			}
			if a.count("opened") != 0 || a.count("completing") != 0 || a.Requests.Bodies["complete"] != 0 {
				t.Errorf("it was opened or completed: %v, requests %v", names(a.Said), a.Requests.Bodies)
			}
			if a.Requests.Executed["create"] != 1 || a.Requests.Executed["cancel"] != 1 {
				t.Errorf("executed: %v", a.Requests.Executed)
			}
			if !slices.Equal(a.codes("fact_rejected"), []string{"order_closed"}) || a.count("alarm") == 0 {
				t.Errorf("the gateway's end was answered %v, alarms %v", a.codes("fact_rejected"), a.codes("alarm"))
			}
		})
	}
	w.allStruck(t)
}
