package audit

import (
	"cmp"
	"slices"

	"github.com/facepay-go/facepay/pkg/money"
)

// commanded is our last word on what is to be collected: the end of the service, or a lower total since; ok is false before
// there is one.
func (o *Order) commanded() (total money.Fen, ok bool) {
	for _, s := range slices.Backward(o.Said) {
		if s.Name == "completing" || s.Name == "modified" {
			return s.Total, true
		}
	}
	return 0, false
}

// chargedAsCommanded is the first half of invariant 3.
func (o *Order) chargedAsCommanded() {
	if paid := o.PaidFen(); paid != o.Row.Paid {
		o.breach(3, "we say %d fen were paid, the provider %d", paid, o.Row.Paid)
	}
	total, commanded := o.commanded()
	if o.Row.Completed && o.Row.State == "DONE" && (!commanded || total != o.Row.Total) {
		o.breach(3, "the provider's total is %d fen, our last word was %d", o.Row.Total, total)
	}
	if o.Row.Paid == 0 {
		return
	}
	if o.closed() {
		o.breach(3, "%d fen were collected, and for us it is %s", o.Row.Paid, o.End())
	}
	asked := slices.ContainsFunc(o.Facts, func(s Said) bool {
		return (s.Name == "service_ended" || s.Name == "amount_modify_requested") && s.Total == o.Row.Paid
	})
	if total != o.Row.Paid || !asked {
		o.breach(3, "%d fen were collected, which nobody asked for or which is not our last word (%d)", o.Row.Paid, total)
	}
}

// nobodyPaidTwice is the second half: the parts make up the whole, what the merchant collected is his for both sides, and
// what WeChat collected of an order that was paid elsewhere goes back.
func (o *Order) nobodyPaidTwice() {
	var parts, ours money.Fen
	for _, p := range o.Row.Payments {
		parts += p.Amount
		if p.ByMerchant() {
			ours += p.Amount
		}
	}
	if parts != o.Row.Paid {
		o.breach(3, "the provider collected %d fen in parts of %d", parts, o.Row.Paid)
	}
	for _, s := range slices.Backward(o.Said) {
		if s.Name == "paid" {
			if s.ByMerchant != ours {
				o.breach(3, "of the payment %d fen are by the merchant for us, %d for the provider", s.ByMerchant, ours)
			}
			break
		}
	}
	o.excessGoesBack()
}

// excessGoesBack holds that what the customer paid beyond what he owes goes back, to the fen: no more of our own accord, and
// no less unless a person was told that it could not. It goes by what the provider collected and what the back office said,
// and not by what an order made of it.
func (o *Order) excessGoesBack() {
	excess := o.excess()
	var ours, back money.Fen
	for _, r := range o.Refunds {
		if r.Status != refundSucceeded {
			continue
		}
		if back += r.Amount; r.ours() {
			ours += r.Amount
		}
	}
	if ours > excess {
		o.breach(3, "%d fen went back of which nobody owed more than %d", ours, excess)
	}
	if back < excess && !o.alarmed("auto_refund_failed") && !o.alarmed("refund_abnormal") {
		o.breach(3, "the customer paid %d fen more than he owes, and %d went back", excess, back)
	}
}

// excess is how much more the customer paid than he owes.
func (o *Order) excess() money.Fen {
	owed, _ := o.commanded()
	var byWeChat money.Fen
	for _, p := range o.Row.Payments {
		if !p.ByMerchant() {
			byWeChat += p.Amount
		}
	}
	var elsewhere money.Fen
	for _, f := range o.Facts {
		if f.Name != "paid_elsewhere" {
			continue
		}
		amount := cmp.Or(f.Amount, owed)
		switch o.refusal(f.ID) {
		case "", "superseded", "order_closed": // what the customer paid is a fact, whatever became of the request
			elsewhere = max(elsewhere, amount)
		}
	}
	return max(0, byWeChat+elsewhere-owed)
}

// refundedOnBothSides holds that refunds are the same for us and for the provider, to the fen, that each was asked for, and
// that no more went back than came (3, and 5 where they stand).
func (o *Order) refundedOnBothSides() {
	going, back := map[string]money.Fen{}, money.Fen(0)
	for _, r := range o.Refunds {
		if !o.askedFor(r) {
			o.breach(3, "refund %s of %d fen was not asked for", r.OutRefundNo, r.Amount)
		}
		told := o.said("refunded", func(s Said) bool {
			return s.OutRefundNo == r.OutRefundNo && s.Amount == r.Amount && s.TransactionID == r.TransactionID
		})
		failed := o.said("refund_failed", func(s Said) bool { return s.OutRefundNo == r.OutRefundNo })
		switch {
		case r.Status == refundSucceeded && !told, r.Status != refundSucceeded && told,
			(r.Status == refundClosed || r.Status == refundAbnormal) && !failed,
			r.Status != refundSucceeded && r.Status != refundClosed && r.Status != refundAbnormal:
			o.breach(5, "refund %s of %d fen is %s for the provider (events: %v)", r.OutRefundNo, r.Amount, r.Status, Names(o.Said))
		}
		if r.Status == refundSucceeded {
			back += r.Amount
		}
		if r.Status != refundClosed {
			going[r.TransactionID] += r.Amount
		}
	}
	for _, p := range o.Row.Payments {
		if sum := going[p.TransactionID]; p.TransactionID != "" && sum > p.Amount {
			o.breach(3, "%d fen go back of a payment of %d", sum, p.Amount)
		}
		delete(going, p.TransactionID)
	}
	if len(going) > 0 {
		o.breach(3, "refunds of payments that the order does not have: %v", going)
	}
	var ours money.Fen
	for _, s := range o.Said {
		if s.Name == "refunded" {
			ours = max(ours, s.Refunded)
		}
	}
	if ours != back {
		o.breach(3, "we say %d fen went back, the provider %d", ours, back)
	}
}

// askedFor reports a refund that the back office asked for with that amount, or that gives back what was paid too much.
func (o *Order) askedFor(r Refund) bool {
	if r.ours() {
		return o.excess() > 0
	}
	return slices.ContainsFunc(o.Facts, func(f Said) bool {
		return f.Name == "refund_requested" && r.OutRefundNo == o.Number+"@"+f.RequestID && f.Amount == r.Amount && o.refusal(f.ID) == ""
	})
}
