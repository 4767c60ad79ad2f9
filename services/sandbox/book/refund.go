package book

import (
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Statuses of a refund (退款) as they are on the wire (wechat-protocol.md §9.1).
const (
	RefundProcessing = "PROCESSING"
	RefundSucceeded  = "SUCCESS"
	RefundClosed     = "CLOSED"
	RefundAbnormal   = "ABNORMAL"
)

// Refund is one refund of one payment. It is accepted at CreatedAt and ends at SettledAt.
type Refund struct {
	MchID, SubMchID, OutRefundNo string
	RefundID                     string
	// OutOrderNo, TransactionID and TradeNo are those of the payment; Total is its amount.
	OutOrderNo, TransactionID, TradeNo, OpenID string
	Amount, Total                              money.Fen
	From                                       []Funds
	FundsAccount, Reason, NotifyURL            string
	// Earlier is what was being refunded of the payment before: the fee comes back in parts that make up the whole.
	Earlier money.Fen
	// With is the digest of the parameters: the number is the idempotency key.
	With   string
	Status string
	// AbnormalAt is when it became abnormal, if its end was that once.
	CreatedAt, SettledAt, AbnormalAt time.Time
	// DueAt is when the refund ends or, once it has, is told to the merchant; zero: nothing is left to do.
	DueAt time.Time
	// Delayed is set once a late fault has put the end off.
	Delayed bool
}

// Funds is one account that the merchant's part comes from (amount.from).
type Funds struct {
	Account string    `json:"account"`
	Amount  money.Fen `json:"amount"`
}

// The rules of one payment's refunds (wechat-protocol.md §9.1).
const (
	mostRefunds   = 50
	refundsApart  = time.Minute
	refundsWithin = 365 * 24 * time.Hour
)

// RefundRefusal is why a payment is not refunded; package wechat gives it a code and a text.
type RefundRefusal uint8

const (
	// TotalDiffers: the amount.total sent is not the payment's amount.
	TotalDiffers RefundRefusal = iota + 1
	// MoreThanPaid: all refunds together would exceed the payment.
	MoreThanPaid
	// TooManyRefunds: the payment has been refunded in 50 parts.
	TooManyRefunds
	// TooSoon: the last refund of the payment was accepted less than a minute ago.
	TooSoon
	// TooLate: the payment is older than 365 days.
	TooLate
)

var refundRefusals = [...]string{"", "the total differs", "more than was paid", "too many refunds", "too soon after the last one", "too late"}

func (r RefundRefusal) Error() string { return "refund refused: " + refundRefusals[r] }

// MayRefund says whether refund r, asked for now, fits the payment after the refunds made of it so far. One that was
// closed gave nothing back and does not count; one that is abnormal still can.
func (p Payment) MayRefund(r *Refund, earlier []Refund, now time.Time) error {
	given, parts := r.Amount+refunding(earlier), 0
	var last time.Time
	for _, e := range earlier {
		if e.CreatedAt.After(last) {
			last = e.CreatedAt
		}
		if e.Status != RefundClosed {
			parts++
		}
	}
	switch {
	case r.Total != p.Amount:
		return TotalDiffers
	case given > p.Amount:
		return MoreThanPaid
	case parts >= mostRefunds:
		return TooManyRefunds
	case now.Sub(last) < refundsApart:
		return TooSoon
	case now.Sub(p.At) > refundsWithin:
		return TooLate
	}
	return nil
}

// refunding is the sum of refunds that are not closed.
func refunding(refunds []Refund) money.Fen {
	var sum money.Fen
	for _, r := range refunds {
		if r.Status != RefundClosed {
			sum += r.Amount
		}
	}
	return sum
}

// ErrNotAbnormal: only an abnormal refund is handled by hand.
var ErrNotAbnormal = errors.New("the refund is not abnormal")

// Settle ends the refund with a final status; what has ended stays as it is. The merchant is still to be told.
func (r *Refund) Settle(status string, at time.Time) {
	if r.Status == RefundProcessing {
		r.Status, r.SettledAt = status, at
	}
}

// Handle is the merchant's staff bringing an abnormal refund to another account in the portal: it succeeds, and the
// merchant is told at once.
func (r *Refund) Handle(at time.Time) error {
	if r.Status != RefundAbnormal {
		return ErrNotAbnormal
	}
	r.Status, r.AbnormalAt, r.SettledAt, r.DueAt = RefundSucceeded, r.SettledAt, at, at
	return nil
}

// SucceededAt is when the money reached the user; zero when it did not.
func (r *Refund) SucceededAt() time.Time {
	if r.Status != RefundSucceeded {
		return time.Time{}
	}
	return r.SettledAt
}

// StatusAt is the refund's status as it was at a moment after it was accepted: the bill shows the one it was made with
// (wechat-protocol.md §8.4, column 20).
func (r *Refund) StatusAt(at time.Time) string {
	switch {
	case !r.SettledAt.IsZero() && !r.SettledAt.After(at):
		return r.Status
	case !r.AbnormalAt.IsZero() && !r.AbnormalAt.After(at):
		return RefundAbnormal
	}
	return RefundProcessing
}
