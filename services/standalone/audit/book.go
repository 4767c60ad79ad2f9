package audit

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Row is an order in the provider's book; zero when there is none. Amounts in fen.
type Row struct {
	OutOrderNo  string    `json:"out_order_no"`
	State       string    `json:"state"`
	Description string    `json:"state_description"`
	Completed   bool      `json:"completed"`
	Total       money.Fen `json:"total_amount"`
	Paid        money.Fen `json:"paid_amount"`
	Payments    []Payment `json:"payments"`
	// ConfirmedAt is when the user of a need-confirm order confirmed it.
	ConfirmedAt time.Time `json:"confirmed_at"`
	CompletedAt time.Time `json:"completed_at"`
}

// Payment is one collected amount, fen.
type Payment struct {
	Amount money.Fen `json:"amount"`
	// PaidType is NEWTON for what WeChat collected, MCH for what the merchant did.
	PaidType      string    `json:"paid_type"`
	TransactionID string    `json:"transaction_id"`
	PaidAt        time.Time `json:"paid_at"`
}

// ByMerchant reports a payment that WeChat did not collect.
func (p Payment) ByMerchant() bool { return p.PaidType == "MCH" }

// None is the End of a number that the provider does not have.
const None = "none"

// End puts the provider's state into our words; a state that ends nothing is told as it is.
func (r Row) End() string {
	switch {
	case r.OutOrderNo == "":
		return None
	case r.State == "REVOKED":
		return "revoked"
	case r.State == "EXPIRED":
		return "expired"
	case r.State == "DONE" && r.Total == 0:
		return "free"
	case r.State == "DONE" && r.Paid == r.Total:
		return "paid"
	}
	return r.State + "/" + r.Description
}

// Agrees reports that an order which ended so for us stands in the book as it must: as the same, or not at all where
// nothing was ever opened.
func (r Row) Agrees(end string) bool {
	got := r.End()
	return got == end || got == None && (end == "refused" || end == "abandoned")
}

// page is how many rows are asked for at once, the most that the control API gives.
const page = "1000"

// Book reads the provider's whole book.
func Book(ctx context.Context, control Control) (map[string]Row, error) {
	book := map[string]Row{}
	query := url.Values{"limit": {page}}
	for {
		var got struct {
			Orders []Row  `json:"orders"`
			Next   string `json:"next"`
		}
		if err := control.Get(ctx, "/control/wechat/book", query, &got); err != nil {
			return nil, err
		}
		for _, o := range got.Orders {
			if _, twice := book[o.OutOrderNo]; twice {
				return nil, fmt.Errorf("the provider's book holds %s twice", o.OutOrderNo)
			}
			book[o.OutOrderNo] = o
		}
		if got.Next == "" {
			return book, nil
		}
		query.Set("after", got.Next)
	}
}
