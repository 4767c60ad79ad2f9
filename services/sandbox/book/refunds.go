package book

import (
	"context"
	"iter"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

func openRefunds(ctx context.Context, store docstore.Store) (docstore.Collection[Refund], error) {
	return docstore.Open(ctx, store, docstore.Spec[Refund]{
		Name: "wechat_refunds",
		ID:   func(r *Refund) string { return Key(r.MchID, r.OutRefundNo) },
		Fields: []docstore.Field[Refund]{
			{Name: "transaction_id", Kind: docstore.String, Value: func(r *Refund) any { return r.TransactionID }},
			{Name: "out_order_no", Kind: docstore.String, Value: func(r *Refund) any { return r.OutOrderNo }},
			{Name: "created_at", Kind: docstore.Time, Value: func(r *Refund) any { return r.CreatedAt }},
			{Name: "succeeded_at", Kind: docstore.Time, Value: func(r *Refund) any { return r.SucceededAt() }},
			{Name: "due_at", Kind: docstore.Time, Value: func(r *Refund) any { return r.DueAt }},
		},
		Indexes: []docstore.Index{
			{Name: "by_transaction", Fields: []string{"transaction_id", "created_at"}},
			{Name: "by_order", Fields: []string{"out_order_no", "created_at"}},
			{Name: "by_created", Fields: []string{"created_at"}},
			{Name: "by_success", Fields: []string{"succeeded_at"}},
			{Name: "by_due", Fields: []string{"due_at"}},
		},
	})
}

// AddRefund stores a new refund of a payment if the payment's other refunds allow it: the error is a RefundRefusal when
// they do not. A refund of that number that is already there comes back with existing true, untouched.
func (b *Book) AddRefund(ctx context.Context, p Payment, r *Refund) (stored Refund, existing bool, err error) {
	defer b.locks.orders.hold(Key(r.MchID, r.OutOrderNo))()
	stored, err = b.Refund(ctx, r.MchID, r.OutRefundNo)
	if !fault.Is(err, fault.NotFound) {
		return stored, err == nil, err
	}
	page, err := b.refunds.Find(ctx, docstore.Query{Index: "by_transaction", Equal: []any{r.TransactionID}})
	if err != nil {
		return Refund{}, false, err
	}
	earlier := docs(page)
	if err := p.MayRefund(r, earlier, r.CreatedAt); err != nil {
		return Refund{}, false, err
	}
	r.Earlier = refunding(earlier)
	return *r, false, b.refunds.Insert(ctx, r)
}

// Refund finds one refund; class NotFound when there is none.
func (b *Book) Refund(ctx context.Context, mchID, outRefundNo string) (Refund, error) {
	r, err := b.refunds.Get(ctx, Key(mchID, outRefundNo))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "refund_not_found", "no refund %s", outRefundNo)
	}
	return r.Doc, err
}

// ChangeRefund loads the refund, lets change decide on it, and saves it. The error of change comes back unchanged.
func (b *Book) ChangeRefund(ctx context.Context, mchID, outRefundNo string, change func(*Refund) error) (Refund, error) {
	defer b.locks.refunds.hold(Key(mchID, outRefundNo))()
	r, err := b.refunds.Get(ctx, Key(mchID, outRefundNo))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "refund_not_found", "no refund %s", outRefundNo)
	}
	if err != nil {
		return Refund{}, err
	}
	if err := change(&r.Doc); err != nil {
		return r.Doc, err
	}
	return r.Doc, b.refunds.Replace(ctx, &r.Doc, r.Version)
}

// WaitingRefunds are the refunds that end, or are told, first; at most limit.
func (b *Book) WaitingRefunds(ctx context.Context, limit int) ([]Refund, error) {
	page, err := b.refunds.Find(ctx, docstore.Query{Index: "by_due", Limit: limit})
	return docs(page), err
}

// Refunds is one page of refunds by time of acceptance; of one order when outOrderNo is not empty, whatever merchant's.
func (b *Book) Refunds(ctx context.Context, outOrderNo string, after docstore.Cursor, limit int) ([]Refund, docstore.Cursor, error) {
	q := docstore.Query{Index: "by_created", After: after, Limit: limit}
	if outOrderNo != "" {
		q.Index, q.Equal = "by_order", []any{outOrderNo}
	}
	page, err := b.refunds.Find(ctx, q)
	return docs(page), page.Next, err
}

// RefundsAccepted streams the refunds accepted from a moment to before another, in this order; zero times leave a side
// open. RefundsSucceeded does so by the time of success.
func (b *Book) RefundsAccepted(ctx context.Context, from, before time.Time) iter.Seq2[docstore.Record[Refund], error] {
	return b.refunds.Scan(ctx, between("by_created", from, before))
}

// RefundsSucceeded: see RefundsAccepted.
func (b *Book) RefundsSucceeded(ctx context.Context, from, before time.Time) iter.Seq2[docstore.Record[Refund], error] {
	return b.refunds.Scan(ctx, between("by_success", from, before))
}

func between(index string, from, before time.Time) docstore.Query {
	q := docstore.Query{Index: index}
	if !from.IsZero() {
		q.From = from
	}
	if !before.IsZero() {
		q.Before = before
	}
	return q
}
