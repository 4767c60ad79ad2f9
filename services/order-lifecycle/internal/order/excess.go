package order

import (
	"cmp"
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// payment is one payment of an order, by whichever channel.
type payment struct {
	// ID is what a refund names it by; empty for one that cannot go back from here.
	ID     string
	Amount money.Fen
	PaidAt time.Time
	// Returned is what of it went back, or may still go.
	Returned money.Fen
}

// giveBack is a part of a payment that is to go back.
type giveBack struct {
	payment
	Back money.Fen
}

// excess says what is to go back to a customer who owes owed, and of which payments: what was paid beyond it, less what goes
// back already because nobody owed it. The latest payment goes back first. rest is what nobody owes and cannot go back from
// here. The answer does not depend on the order of the payments, nor on the channel that they came by.
func excess(owed, returned money.Fen, paid []payment) (back []giveBack, rest money.Fen) {
	rest = -owed - returned
	for _, p := range paid {
		rest += p.Amount
	}
	latestFirst := slices.SortedFunc(slices.Values(paid), func(a, b payment) int {
		return cmp.Or(b.PaidAt.Compare(a.PaidAt), cmp.Compare(b.Amount, a.Amount), cmp.Compare(b.ID, a.ID))
	})
	for _, p := range latestFirst {
		if part := min(rest, p.Amount-p.Returned); part > 0 && p.ID != "" {
			back = append(back, giveBack{p, part})
			rest -= part
		}
	}
	return back, max(0, rest)
}

// payments are all payments of the order that are known. What a customer paid elsewhere is known from the back office, and
// once WeChat has taken note of it from WeChat as well: it is one payment. What WeChat collected and shows no part of is one too.
func (o *Order) payments() []payment {
	var all []payment
	elsewhere, unnamed := o.PaidElsewhere, o.PaidFen
	for _, c := range o.Collections {
		p := payment{ID: c.TransactionID, Amount: c.Amount, PaidAt: c.PaidAt, Returned: o.Returning(c.TransactionID)}
		if c.ByMerchant {
			p.ID, p.Returned = "", 0
			elsewhere -= min(elsewhere, c.Amount)
		}
		all = append(all, p)
		unnamed -= c.Amount
	}
	if unnamed > 0 {
		all = append(all, payment{Amount: unnamed})
	}
	if elsewhere > 0 {
		all = append(all, payment{Amount: elsewhere})
	}
	return all
}

// overpaid is what of the order's payments is still to go back: the parts, and what cannot go back from here. What the
// customer owes is known once the service has ended.
func (o *Order) overpaid() (back []giveBack, rest money.Fen) {
	if o.Ended == nil {
		return nil, 0
	}
	var returned money.Fen
	for _, r := range o.Refunds {
		if !r.failed() {
			returned += r.Excess
		}
	}
	return excess(o.Total(), returned, o.payments())
}

// unowed is how much of the order's payments nobody owes and does not go back yet.
func (o *Order) unowed() money.Fen {
	back, sum := o.overpaid()
	for _, b := range back {
		sum += b.Back
	}
	return sum
}

// returnExcess gives back what the customer paid beyond what he owes. It runs after every proof of payment.
func (t *turn) returnExcess() {
	back, rest := t.overpaid()
	twice := slices.ContainsFunc(t.payments(), func(p payment) bool { return p.ID == "" })
	for _, b := range back {
		r := Refund{RequestID: t.autoID(), TransactionID: b.ID, Amount: b.Back, Total: b.Amount, Excess: b.Back}
		if twice {
			r.Reason = "重复支付退款"
			t.alarmOf("paid_twice", r.RequestID)
		} else {
			r.Reason = "多收退款"
			t.alarmOf("overcharged", r.RequestID)
		}
		t.startRefund(r)
	}
	if rest > 0 {
		t.alarm("auto_refund_impossible")
	}
}
