package wechat

import (
	"context"
	"strings"

	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/due"
)

// expiries is the source of orders that nobody confirmed: EXPIRED after 30 days (wechat-protocol.md §6.9 S7). Nobody is told
// (§7.1).
type expiries struct{ *Server }

// RunExpiries ends unconfirmed orders until ctx ends.
func (s *Server) RunExpiries(ctx context.Context) { s.expiries.Run(ctx) }

// Waiting implements due.Source.
func (e expiries) Waiting(ctx context.Context, limit int) ([]due.Item, error) {
	orders, err := e.Book.WaitingExpiries(ctx, limit)
	items := make([]due.Item, 0, len(orders))
	for _, o := range orders {
		items = append(items, due.Item{ID: book.Key(o.MchID, o.OutOrderNo), At: o.ExpireAt})
	}
	return items, err
}

// Work implements due.Source.
func (e expiries) Work(ctx context.Context, id string) error {
	mchID, outOrderNo, _ := strings.Cut(id, "/")
	_, err := e.Book.Change(ctx, mchID, outOrderNo, func(o *book.Order) (bool, error) { return o.Expire(e.Clock.Now()), nil })
	return err
}
