package audit

import (
	"context"
	"net/url"

	"github.com/facepay-go/facepay/pkg/money"
)

// Refund is a refund in the provider's book; amounts in fen.
type Refund struct {
	OutOrderNo    string    `json:"out_order_no"`
	OutRefundNo   string    `json:"out_refund_no"`
	TransactionID string    `json:"transaction_id"`
	Status        string    `json:"status"`
	Amount        money.Fen `json:"refund_amount"`
	Total         money.Fen `json:"total_amount"`
}

// Statuses of a refund (wechat-protocol.md §9.1).
const (
	refundSucceeded = "SUCCESS"
	refundClosed    = "CLOSED"
	refundAbnormal  = "ABNORMAL"
)

// Refunds reads all refunds of the provider's book, by the number of their order.
func Refunds(ctx context.Context, control Control) (map[string][]Refund, error) {
	all := map[string][]Refund{}
	query := url.Values{"limit": {page}}
	for {
		var got struct {
			Refunds []Refund `json:"refunds"`
			Next    string   `json:"next"`
		}
		if err := control.Get(ctx, "/control/wechat/refunds", query, &got); err != nil {
			return nil, err
		}
		for _, r := range got.Refunds {
			all[r.OutOrderNo] = append(all[r.OutOrderNo], r)
		}
		if got.Next == "" {
			return all, nil
		}
		query.Set("after", got.Next)
	}
}
