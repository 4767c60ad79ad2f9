package book

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// expiresAfter is how long a CREATED order waits for its user (wechat-protocol.md §6.9 S7).
const expiresAfter = 30 * 24 * time.Hour

// Wait makes a new order wait for its user's confirmation: CREATED, then EXPIRED.
func (o *Order) Wait() {
	o.State, o.Description = Created, ""
	o.ExpireAt = o.CreatedAt.Add(expiresAfter)
}

// Confirmation is the user taking a waiting order (用户确认).
type Confirmation struct {
	OpenID string
	At     time.Time
	// StartTime replaces the order's literal OnAccept: compact Beijing time of At.
	StartTime, OnAccept string
}

// Confirm puts a waiting order in service, as the order of its user (wechat-protocol.md §6.9 S1 → S2).
func (o *Order) Confirm(c Confirmation) error {
	if o.State != Created {
		return NotWaiting
	}
	o.State, o.Description = Doing, UserConfirm
	o.OpenID, o.ConfirmedAt = c.OpenID, c.At
	if o.TimeRange.StartTime == c.OnAccept {
		o.TimeRange.StartTime = c.StartTime
	}
	o.ExpireAt = time.Time{}
	return nil
}

// Expire ends an order that nobody confirmed in time. It reports whether the order changed.
func (o *Order) Expire(now time.Time) (changed bool) {
	if o.State != Created || o.ExpireAt.IsZero() || o.ExpireAt.After(now) {
		return false
	}
	o.State, o.ExpireAt = Expired, time.Time{}
	return true
}

// Confirm lets a user take an order. The error is a Limit when he may not have another one: what WeChat's page says then is
// not written down.
func (b *Book) Confirm(ctx context.Context, mchID, outOrderNo string, c Confirmation, limits Limits) (Order, error) {
	defer b.locks.users.hold(c.OpenID)()
	if err := b.withinLimits(ctx, c.OpenID, limits); err != nil {
		return Order{}, err
	}
	return b.Change(ctx, mchID, outOrderNo, func(o *Order) (bool, error) { return true, o.Confirm(c) })
}

// WaitingExpiries are the unconfirmed orders that expire first, at most limit.
func (b *Book) WaitingExpiries(ctx context.Context, limit int) ([]Order, error) {
	page, err := b.orders.Find(ctx, docstore.Query{Index: "by_expiry", Limit: limit})
	return docs(page), err
}
