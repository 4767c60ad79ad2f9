package refund

import (
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
)

// Payment is what a refund is held against: one deduction and the refunds asked of it before (§9.1).
type Payment struct {
	TransactionID string
	// Amount of the deduction in fen.
	Amount money.Fen
	PaidAt time.Time
	// Refunded is the sum in fen of all earlier refunds that were not refused and did not end CLOSED: one that is
	// processing, abnormal or unknown still counts.
	Refunded money.Fen
	// Refunds counts the refunds WeChat took, CLOSED ones included: whether it counts those is not written, so the
	// stricter reading.
	Refunds int
	// LastAt is when the latest refund was asked for; zero when there was none.
	LastAt time.Time
}

// The limits of §9.1.
const (
	MaxRefunds = 50
	MinGap     = time.Minute
	Window     = 365 * 24 * time.Hour
)

// Remaining is what can still be refunded, in fen.
func (p Payment) Remaining() money.Fen { return p.Amount - p.Refunded }

// allows checks what the limits per deduction say about one more refund now. Too soon is a Retry with its wait, the rest
// is Terminal.
func (p Payment) allows(now time.Time) error {
	if now.Sub(p.PaidAt) > Window {
		return fault.Invalid("transaction_id", "refund_window", "a payment is refunded within 365 days")
	}
	if p.Refunds >= MaxRefunds {
		return fault.Invalid("transaction_id", "too_many_refunds", "a payment takes %d refunds", MaxRefunds)
	}
	if gap := now.Sub(p.LastAt); !p.LastAt.IsZero() && gap < MinGap {
		return fault.RetryAfter(MinGap-gap, "refund_too_soon", "refunds of one payment are a minute apart")
	}
	return nil
}
