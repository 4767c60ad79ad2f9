package audit

import (
	"math"
	"strings"
)

// oneProviderOrder is invariant 2. That the book has a number once is checked where it is read.
func (o *Order) oneProviderOrder() {
	refunds := o.refundNumbers()
	for _, each := range []struct {
		op string
		// executed is how often it may have changed the book, bodies how many different ones may have been sent.
		executed, bodies int
	}{
		{"create", 1, 1},
		{"complete", 1, 1},
		{"cancel", 1, 1 + o.refusedCancels()},
		{"modify", o.sent("amount_modify_requested"), o.sent("amount_modify_requested")},
		{"sync", 1, o.sent("paid_elsewhere")},
		{"pay", math.MaxInt, 1}, // asked again it hurries again, and collects no more than is due
		{"refund", refunds, refunds},
	} {
		if n := o.Received.Executed[each.op]; n > each.executed {
			o.breach(2, "%s was executed %d times, asked for were %d", each.op, n, each.executed)
		}
		if n := o.Received.Bodies[each.op]; n > each.bodies {
			o.breach(2, "%d different bodies were sent to %s, asked for were %d", n, each.op, each.bodies)
		}
	}
}

// refundNumbers counts the refunds that were told of: each has one number and one body, however it ended.
func (o *Order) refundNumbers() int {
	numbers := map[string]bool{}
	for _, s := range o.Said {
		if s.Name == "refunded" || s.Name == "refund_failed" {
			numbers[s.OutRefundNo] = true
		}
	}
	return len(numbers)
}

// refusedCancels counts the cancels that may have been sent in vain before another one, with another reason.
func (o *Order) refusedCancels() (n int) {
	for _, f := range o.Facts {
		if f.Name == "cancel_requested" && (o.refusal(f.ID) == "provider_refused" || o.refusal(f.ID) == "superseded") {
			n++
		}
	}
	return n
}

// ours reports a refund that nobody asked for: the order gives back what was paid twice.
func (r Refund) ours() bool { return strings.Contains(r.OutRefundNo, "@auto-") }
