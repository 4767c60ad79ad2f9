package book

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"time"
)

// Paid is a payment that WeChat collected, with its order.
type Paid struct {
	Order   Order
	Payment Payment
}

// compare orders payments by time, those of one moment by their orders' keys: what is added later does not change it.
func (p Paid) compare(q Paid) int {
	return cmp.Or(p.Payment.At.Compare(q.Payment.At), cmp.Compare(Key(p.Order.MchID, p.Order.OutOrderNo), Key(q.Order.MchID, q.Order.OutOrderNo)),
		cmp.Compare(p.Payment.TransactionID, q.Payment.TransactionID))
}

// Collected streams the payments that WeChat collected from a moment to before another, in order of time. What merchants
// collected themselves is not among them. Only parts are held in memory: they are few.
func (b *Book) Collected(ctx context.Context, from, before time.Time) iter.Seq2[Paid, error] {
	return func(yield func(Paid, error) bool) {
		parts, err := b.parts(ctx, from, before)
		if err != nil {
			yield(Paid{}, err)
			return
		}
		for r, err := range b.orders.Scan(ctx, between("by_paid", from, before)) {
			if err != nil {
				yield(Paid{}, err)
				return
			}
			if len(r.Doc.Payments) != 1 || r.Doc.Payments[0].TransactionID == "" {
				continue
			}
			next := Paid{r.Doc, r.Doc.Payments[0]}
			for len(parts) > 0 && parts[0].compare(next) < 0 {
				if !yield(parts[0], nil) {
					return
				}
				parts = parts[1:]
			}
			if !yield(next, nil) {
				return
			}
		}
		for _, p := range parts {
			if !yield(p, nil) {
				return
			}
		}
	}
}

// parts are the payments, of that time, of orders that have several: the last of such an order came then or later.
func (b *Book) parts(ctx context.Context, from, before time.Time) ([]Paid, error) {
	var parts []Paid
	for r, err := range b.orders.Scan(ctx, between("by_parts", from, time.Time{})) {
		if err != nil {
			return nil, err
		}
		for _, p := range r.Doc.Payments {
			if p.TransactionID != "" && !p.At.Before(from) && p.At.Before(before) {
				parts = append(parts, Paid{r.Doc, p})
			}
		}
	}
	slices.SortFunc(parts, Paid.compare)
	return parts, nil
}
