package book

import (
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// Modification lowers what a pending order costs.
type Modification struct {
	Items, Discounts []Line
	Total            money.Fen
	Device           Device
	At               time.Time
}

// Pending says whether the order waits for its payment (待支付): what modify, sync and pay want (wechat-protocol.md
// §6.6–§6.8).
func (o *Order) Pending() error {
	switch {
	case o.State == Revoked:
		return AlreadyCancelled
	case o.State == Done:
		return AlreadyDone
	case o.Phase() != Unpaid:
		return NotPending
	}
	return nil
}

// Modify lowers the total of a pending order (wechat-protocol.md §6.6). A total of 0 is not documented (§10.4): here the
// order is DONE without a collection, as after a zero completion. That a collected part cannot be modified away, nor be
// made the whole, is our choice: nothing would be left to collect, and nobody would be told.
func (o *Order) Modify(m Modification) error {
	if err := o.Pending(); err != nil {
		return err
	}
	if m.Total >= o.Total {
		return NotLower
	}
	if paid := o.Paid(); paid > 0 && m.Total <= paid {
		return BelowPaid
	}
	o.Items, o.Discounts, o.Total = m.Items, m.Discounts, m.Total
	if m.Device.EndDeviceID != "" {
		o.Device.EndDeviceID = m.Device.EndDeviceID
	}
	o.ModifiedAt, o.Modifications = m.At, o.Modifications+1
	if m.Total == 0 {
		o.State, o.Description, o.DeductAt = Done, "", time.Time{}
	}
	return nil
}

// Sync records that the merchant was paid elsewhere, all that is due, at paidAt: no deduction comes any more
// (wechat-protocol.md §6.7). What WeChat collected before stays: a part of its own beside that of the merchant.
func (o *Order) Sync(paidAt time.Time) error {
	if err := o.Pending(); err != nil {
		return err
	}
	o.Payments = append(o.Payments, Payment{Amount: o.Total - o.Paid(), At: paidAt, ByMerchant: true})
	o.PaidAt = paidAt
	o.State, o.Description, o.DeductAt = Done, "", time.Time{}
	return nil
}

// CollectNow makes the next deduction due at once (wechat-protocol.md §6.8 pay).
func (o *Order) CollectNow(at time.Time) error {
	if err := o.Pending(); err != nil {
		return err
	}
	o.DeductAt = at
	return nil
}
