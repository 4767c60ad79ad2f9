package book

import (
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Refusal is why an order does not do what is asked; package wechat gives it a code and a text.
type Refusal uint8

const (
	// DifferentParameters: it was done before, with other parameters.
	DifferentParameters Refusal = iota + 1
	// Unconfirmed: the user has not confirmed (CREATED).
	Unconfirmed
	// AlreadyCancelled: the order is revoked.
	AlreadyCancelled
	// AlreadyDone: the order is paid or free.
	AlreadyDone
	// NotCancellable: completed orders of this service cannot be cancelled.
	NotCancellable
	// NotPending: only an order that waits for its payment can be paid.
	NotPending
	// NotLower: a total can only be modified downwards.
	NotLower
	// BelowPaid: so much has been collected already.
	BelowPaid
	// NotWaiting: only a CREATED order waits for its user.
	NotWaiting
	// AlreadyExpired: nobody confirmed in time.
	AlreadyExpired
)

var refusals = [...]string{"", "different parameters", "unconfirmed", "already cancelled", "already done", "not cancellable", "not pending", "not lower", "below what is paid", "not waiting",
	"already expired"}

func (r Refusal) Error() string { return "order refused: " + refusals[r] }

// Completion is what the merchant says at the end of the service.
type Completion struct {
	Items, Discounts []Line
	Total            money.Fen
	TimeRange        TimeRange
	EndLocation      string
	Device           Device
	// With is the digest of the parameters.
	With string
	At   time.Time
	// DeductAt is when the first deduction is tried.
	DeductAt time.Time
}

// MayComplete says whether a completion with this digest may run. done means the identical one already ran, also if the
// order has been paid since (observations of repeats conflict: wechat-protocol.md §6.4).
func (o *Order) MayComplete(with string) (done bool, err error) {
	switch {
	case o.State == Created:
		return false, Unconfirmed
	case o.State == Revoked:
		return false, AlreadyCancelled
	case o.State == Expired:
		return false, AlreadyExpired
	case o.Completed && o.CompletedWith == with:
		return true, nil
	case o.Completed:
		return false, DifferentParameters
	}
	return false, nil
}

// Complete ends the service. A total of 0 needs no collection and is DONE at once (wechat-protocol.md §6.4; the state
// after a zero-amount completion is expected, not established: §10.4). It reports whether the order changed.
func (o *Order) Complete(c Completion) (changed bool, err error) {
	done, err := o.MayComplete(c.With)
	if done || err != nil {
		return false, err
	}
	o.Items, o.Discounts, o.Total, o.Completed = c.Items, c.Discounts, c.Total, true
	o.TimeRange = o.TimeRange.merged(c.TimeRange)
	if c.EndLocation != "" {
		o.Location.EndLocation = c.EndLocation
	}
	if c.Device.EndDeviceID != "" {
		o.Device.EndDeviceID = c.Device.EndDeviceID
	}
	o.CompletedWith, o.CompletedAt = c.With, c.At
	if c.Total == 0 {
		o.State, o.Description = Done, ""
		return true, nil
	}
	o.Description, o.DeductAt = MchComplete, c.DeductAt
	return true, nil
}

// Cancellation is the wish to revoke an order.
type Cancellation struct {
	// With is the digest of the parameters, empty for a cancellation in the portal.
	With string
	At   time.Time
	// RefuseCompleted refuses it once the order is completed: sources disagree (wechat-protocol.md §6.5).
	RefuseCompleted bool
}

// Cancel revokes the order before payment (wechat-protocol.md §6.5). It reports whether the order changed.
func (o *Order) Cancel(c Cancellation) (changed bool, err error) {
	switch {
	case o.State == Revoked && o.CancelledWith == c.With:
		return false, nil
	case o.State == Revoked && o.CancelledWith == "":
		return false, AlreadyCancelled
	case o.State == Revoked:
		return false, DifferentParameters
	case o.State == Done:
		return false, AlreadyDone
	case o.State == Expired:
		return false, AlreadyExpired
	case o.Phase() == Unpaid && (c.RefuseCompleted || len(o.Payments) > 0):
		// That a collected part makes an order uncancellable is our choice: the sheet is silent.
		return false, NotCancellable
	}
	o.State, o.Description = Revoked, ""
	o.CancelledWith, o.CancelledAt = c.With, c.At
	o.DeductAt, o.ExpireAt = time.Time{}, time.Time{}
	return true, nil
}

// Collect records a payment of p.Amount, or of all that is due when that is 0 or more than is due: only a pending order
// (待支付) can be paid. After a part the order stays pending, as the sheet's 3000 of 3900 (wechat-protocol.md §6.3), and
// the rest is tried at again.
func (o *Order) Collect(p Payment, again time.Time) error {
	if o.Phase() != Unpaid {
		return NotPending
	}
	due := o.Total - o.Paid()
	if p.Amount <= 0 || p.Amount > due {
		p.Amount = due
	}
	o.Payments = append(o.Payments, p)
	o.PaidAt = p.At
	if p.Amount < due {
		o.DeductAt = again
		return nil
	}
	o.State, o.Description = Done, ""
	o.DeductAt = time.Time{}
	return nil
}

// DeductLater records a failed deduction; a zero time stops trying.
func (o *Order) DeductLater(at time.Time) error {
	if o.Phase() != Unpaid {
		return NotPending
	}
	o.DeductAt, o.DeductTries = at, o.DeductTries+1
	return nil
}

func (t TimeRange) merged(later TimeRange) TimeRange {
	for _, f := range []struct {
		to   *string
		from string
	}{{&t.StartTime, later.StartTime}, {&t.StartTimeRemark, later.StartTimeRemark}, {&t.EndTime, later.EndTime}, {&t.EndTimeRemark, later.EndTimeRemark}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	return t
}
