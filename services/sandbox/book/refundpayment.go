package book

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// transactionPrefix begins every transaction_id of the book; the Beijing day of the payment follows.
const transactionPrefix = "4200"

// Transaction finds an order and which of its payments has the transaction_id; class NotFound when there is none.
func (b *Book) Transaction(ctx context.Context, transactionID string) (Order, Payment, error) {
	for _, index := range []string{"by_transaction", "by_last_transaction"} {
		page, err := b.orders.Find(ctx, docstore.Query{Index: index, Equal: []any{transactionID}, Limit: 1})
		if err != nil {
			return Order{}, Payment{}, err
		}
		if len(page.Records) == 1 {
			return page.Records[0].Doc.payment(transactionID)
		}
	}
	return b.middleTransaction(ctx, transactionID)
}

// middleTransaction looks for a payment that is neither the first nor the last of its order: the indexes hold only those.
// The order was paid again on its day or later.
func (b *Book) middleTransaction(ctx context.Context, transactionID string) (Order, Payment, error) {
	day, ok := dayOf(transactionID)
	if !ok {
		return Order{}, Payment{}, noTransaction()
	}
	for r, err := range b.orders.Scan(ctx, docstore.Query{Index: "by_parts", From: day}) {
		if err != nil {
			return Order{}, Payment{}, err
		}
		if o, p, err := r.Doc.payment(transactionID); err == nil {
			return o, p, nil
		}
	}
	return Order{}, Payment{}, noTransaction()
}

func dayOf(transactionID string) (time.Time, bool) {
	rest, ok := strings.CutPrefix(transactionID, transactionPrefix)
	if !ok || len(rest) < 8 {
		return time.Time{}, false
	}
	day, err := time.ParseInLocation("20060102", rest[:8], clock.Beijing)
	return day, err == nil
}

func (o Order) payment(transactionID string) (Order, Payment, error) {
	for _, p := range o.Payments {
		if p.TransactionID == transactionID {
			return o, p, nil
		}
	}
	return Order{}, Payment{}, noTransaction()
}

func noTransaction() error {
	return fault.New(fault.NotFound, "transaction_not_found", "no payment of this transaction_id")
}

// firstTransaction, lastTransaction and partsPaidAt are what an order is found by when its payment is refunded or billed.
// What the merchant collected himself has no transaction_id and is WeChat's business no more.
func firstTransaction(o *Order) any {
	if len(o.Payments) == 0 {
		return nil
	}
	return transactionOrAbsent(o.Payments[0])
}

// lastTransaction is absent when the only payment is the first one.
func lastTransaction(o *Order) any {
	if len(o.Payments) < 2 {
		return nil
	}
	return transactionOrAbsent(o.Payments[len(o.Payments)-1])
}

func transactionOrAbsent(p Payment) any {
	if p.TransactionID == "" {
		return nil
	}
	return p.TransactionID
}

// partsPaidAt is the latest payment of an order paid in several parts, absent for others. PaidAt will not do: the merchant
// says himself when he was paid elsewhere, and that may be earlier than what WeChat collected.
func partsPaidAt(o *Order) any {
	if len(o.Payments) < 2 {
		return nil
	}
	return slices.MaxFunc(o.Payments, func(a, b Payment) int { return a.At.Compare(b.At) }).At
}
