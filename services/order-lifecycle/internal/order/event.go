package order

import (
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Event is something the world learns of an order. The rest of its content is read off the order.
type Event interface{ event() }

// The events, in the order of a life.
type (
	// IsAwaitingConfirm: a need-confirm order waits for its user, until Before; the zero time for as long as WeChat does.
	IsAwaitingConfirm struct{ Before time.Time }
	// Opened: the door may open.
	Opened struct{}
	// WasRefused: no order, and why.
	WasRefused struct{ Reason string }
	// WasAbandoned: the attempt ended before anything was sent.
	WasAbandoned struct{ Reason string }
	// IsCompleting: the service ended and the total is fixed.
	IsCompleting struct{ Total money.Fen }
	// IsPending: WeChat collects from now on.
	IsPending struct{ Total money.Fen }
	// HasAged: WeChat has been collecting for so long.
	HasAged struct{ Age time.Duration }
	// WasModified: WeChat collects less from now on.
	WasModified struct {
		RequestID string
		Old, New  money.Fen
	}
	// WasHurried: WeChat took our wish that it collects now.
	WasHurried struct{ RequestID string }
	// WasPaid: proof of payment.
	WasPaid struct{}
	// WasFree: nothing to pay.
	WasFree struct{}
	// WasRevoked: cancelled at WeChat.
	WasRevoked struct{ Reason string }
	// WasExpired: nobody confirmed it.
	WasExpired struct{}
	// WasRefunded: money of a payment went back.
	WasRefunded struct{ Refund Refund }
	// RefundFailed: it did not.
	RefundFailed struct{ Refund Refund }
	// WasRejected: a fact cannot be followed.
	WasRejected struct {
		Rejection Rejection
		State     State
	}
	// WasAskedAgain: a request of the back office came again; this is what became of it so far.
	WasAskedAgain struct{ Request DeskRequest }
	// Alarm: a person should look.
	Alarm struct{ Code string }
)

func (IsAwaitingConfirm) event() {}
func (Opened) event()            {}
func (WasRefused) event()        {}
func (WasAbandoned) event()      {}
func (IsCompleting) event()      {}
func (IsPending) event()         {}
func (HasAged) event()           {}
func (WasModified) event()       {}
func (WasHurried) event()        {}
func (WasPaid) event()           {}
func (WasFree) event()           {}
func (WasRevoked) event()        {}
func (WasExpired) event()        {}
func (WasRefunded) event()       {}
func (RefundFailed) event()      {}
func (WasRejected) event()       {}
func (WasAskedAgain) event()     {}
func (Alarm) event()             {}
