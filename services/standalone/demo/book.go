package demo

import (
	"context"
	"fmt"
	"net/url"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/standalone/audit"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// book is what the provider holds at the end, by out_order_no; amounts in fen.
type book struct {
	orders map[string]audit.Row
	// elsewhere is what of a payment came to the merchant and not to WeChat.
	elsewhere map[string]money.Fen
	refunds   map[string][]bookedRefund
}

// bookedRefund is a refund in the provider's book.
type bookedRefund struct {
	OutRefundNo   string    `json:"out_refund_no"`
	OutOrderNo    string    `json:"out_order_no"`
	TransactionID string    `json:"transaction_id"`
	Status        string    `json:"status"`
	Amount        money.Fen `json:"refund_amount"`
}

func readBook(ctx context.Context, g *kiosk.Gateway) (*book, error) {
	orders, err := audit.Book(ctx, g)
	if err != nil {
		return nil, err
	}
	b := &book{orders: orders, elsewhere: map[string]money.Fen{}, refunds: map[string][]bookedRefund{}}
	if err := b.readPayments(ctx, g); err != nil {
		return nil, err
	}
	return b, b.readRefunds(ctx, g)
}

// readPayments reads who collected what.
func (b *book) readPayments(ctx context.Context, g *kiosk.Gateway) error {
	return eachPage(ctx, g, "/control/wechat/book", func(page *struct {
		Orders []struct {
			OutOrderNo string `json:"out_order_no"`
			Payments   []struct {
				Amount   money.Fen `json:"amount"`
				PaidType string    `json:"paid_type"`
			} `json:"payments"`
		} `json:"orders"`
		Next string `json:"next"`
	}) string {
		for _, o := range page.Orders {
			for _, p := range o.Payments {
				if p.PaidType == "MCH" {
					b.elsewhere[o.OutOrderNo] += p.Amount
				}
			}
		}
		return page.Next
	})
}

func (b *book) readRefunds(ctx context.Context, g *kiosk.Gateway) error {
	return eachPage(ctx, g, "/control/wechat/refunds", func(page *struct {
		Refunds []bookedRefund `json:"refunds"`
		Next    string         `json:"next"`
	}) string {
		for _, r := range page.Refunds {
			b.refunds[r.OutOrderNo] = append(b.refunds[r.OutOrderNo], r)
		}
		return page.Next
	})
}

// eachPage reads a list of the control API; take gives the next page's name, "" behind the last.
func eachPage[P any](ctx context.Context, g *kiosk.Gateway, path string, take func(*P) (next string)) error {
	query := url.Values{"limit": {"1000"}}
	for {
		var page P
		if err := g.Get(ctx, path, query, &page); err != nil {
			return fmt.Errorf("reading %s: %w", path, err)
		}
		next := take(&page)
		if next == "" {
			return nil
		}
		query.Set("after", next)
	}
}

// refunded is what went back of an order.
func (b *book) refunded(number string) (sum money.Fen) {
	for _, r := range b.refunds[number] {
		if r.Status == "SUCCESS" {
			sum += r.Amount
		}
	}
	return sum
}
