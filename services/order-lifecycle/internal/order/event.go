package order

import "github.com/facepay-go/facepay/pkg/money"

// Event is something the world learns of an order. The rest of its content is read off the order.
type Event interface{ event() }

// The events, in the order of a life.
type (
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
	// WasPaid: proof of payment.
	WasPaid struct{}
	// WasFree: nothing to pay.
	WasFree struct{}
	// WasRevoked: cancelled at WeChat.
	WasRevoked struct{ Reason string }
	// WasRejected: a kiosk fact cannot be followed.
	WasRejected struct {
		Rejection Rejection
		State     State
	}
	// Alarm: a person should look.
	Alarm struct{ Code string }
)

func (Opened) event()       {}
func (WasRefused) event()   {}
func (WasAbandoned) event() {}
func (IsCompleting) event() {}
func (IsPending) event()    {}
func (WasPaid) event()      {}
func (WasFree) event()      {}
func (WasRevoked) event()   {}
func (WasRejected) event()  {}
func (Alarm) event()        {}
