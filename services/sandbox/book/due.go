package book

import (
	"context"
	"iter"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// WaitingDeductions are the orders whose deduction is due first, at most limit.
func (b *Book) WaitingDeductions(ctx context.Context, limit int) ([]Order, error) {
	page, err := b.orders.Find(ctx, docstore.Query{Index: "by_deduct", Limit: limit})
	return docs(page), err
}

// LastPaid are the most recently paid orders: after a crash, the last of them may not have been announced yet.
func (b *Book) LastPaid(ctx context.Context, limit int) ([]Order, error) {
	page, err := b.orders.Find(ctx, docstore.Query{Index: "by_paid", Descending: true, Limit: limit})
	return docs(page), err
}

// LastConfirmed are the orders most recently confirmed by their users, as LastPaid.
func (b *Book) LastConfirmed(ctx context.Context, limit int) ([]Order, error) {
	page, err := b.orders.Find(ctx, docstore.Query{Index: "by_confirmed", Descending: true, Limit: limit})
	return docs(page), err
}

// Orders is one page of all orders by time of creation.
func (b *Book) Orders(ctx context.Context, after docstore.Cursor, limit int) ([]Order, docstore.Cursor, error) {
	page, err := b.orders.Find(ctx, docstore.Query{Index: "by_created", After: after, Limit: limit})
	return docs(page), page.Next, err
}

// All streams every order by time of creation.
func (b *Book) All(ctx context.Context) iter.Seq2[docstore.Record[Order], error] {
	return b.orders.Scan(ctx, docstore.Query{Index: "by_created"})
}

func docs[T any](page docstore.Page[T]) []T {
	orders := make([]T, 0, len(page.Records))
	for _, r := range page.Records {
		orders = append(orders, r.Doc)
	}
	return orders
}
