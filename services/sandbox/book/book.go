package book

import (
	"context"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Book is the stored truth. Its methods are safe for concurrent use; errors are those of docstore.
type Book struct {
	orders     docstore.Collection[Order]
	users      docstore.Collection[User]
	agreements docstore.Collection[Agreement]
	refunds    docstore.Collection[Refund]
	locks      locks
}

// Open declares the book's collections in the store.
func Open(ctx context.Context, store docstore.Store) (*Book, error) {
	orders, err := docstore.Open(ctx, store, docstore.Spec[Order]{
		Name: "wechat_orders",
		ID:   func(o *Order) string { return Key(o.MchID, o.OutOrderNo) },
		Fields: []docstore.Field[Order]{
			{Name: "created_at", Kind: docstore.Time, Value: func(o *Order) any { return o.CreatedAt }},
			{Name: "openid", Kind: docstore.String, Value: func(o *Order) any { return o.OpenID }},
			{Name: "phase", Kind: docstore.String, Value: func(o *Order) any { return string(o.Phase()) }},
			{Name: "deduct_at", Kind: docstore.Time, Value: func(o *Order) any { return o.DeductAt }},
			{Name: "confirmed_at", Kind: docstore.Time, Value: func(o *Order) any { return o.ConfirmedAt }},
			{Name: "expire_at", Kind: docstore.Time, Value: func(o *Order) any { return o.ExpireAt }},
			{Name: "paid_at", Kind: docstore.Time, Value: func(o *Order) any { return o.PaidAt }},
			{Name: "parts_paid_at", Kind: docstore.Time, Value: partsPaidAt},
			{Name: "transaction_id", Kind: docstore.String, Value: firstTransaction},
			{Name: "last_transaction_id", Kind: docstore.String, Value: lastTransaction},
		},
		Indexes: []docstore.Index{
			{Name: "by_created", Fields: []string{"created_at"}},
			{Name: "by_user_phase", Fields: []string{"openid", "phase"}},
			{Name: "by_deduct", Fields: []string{"deduct_at"}},
			{Name: "by_confirmed", Fields: []string{"confirmed_at"}},
			{Name: "by_expiry", Fields: []string{"expire_at"}},
			{Name: "by_paid", Fields: []string{"paid_at"}},
			{Name: "by_parts", Fields: []string{"parts_paid_at"}},
			{Name: "by_transaction", Fields: []string{"transaction_id"}},
			{Name: "by_last_transaction", Fields: []string{"last_transaction_id"}},
		},
	})
	if err != nil {
		return nil, err
	}
	users, err := docstore.Open(ctx, store, docstore.Spec[User]{
		Name: "wechat_users",
		ID:   func(u *User) string { return u.OpenID },
	})
	if err != nil {
		return nil, err
	}
	agreements, err := openAgreements(ctx, store)
	if err != nil {
		return nil, err
	}
	refunds, err := openRefunds(ctx, store)
	return &Book{orders: orders, users: users, agreements: agreements, refunds: refunds}, err
}

// Order finds one order; class NotFound when there is none.
func (b *Book) Order(ctx context.Context, mchID, outOrderNo string) (Order, error) {
	r, err := b.get(ctx, mchID, outOrderNo)
	return r.Doc, err
}

func (b *Book) get(ctx context.Context, mchID, outOrderNo string) (docstore.Record[Order], error) {
	r, err := b.orders.Get(ctx, Key(mchID, outOrderNo))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "order_not_found", "no order %s", outOrderNo)
	}
	return r, err
}

// Change loads the order, lets change decide on it, and saves it if change says so. The error of change comes back
// unchanged; class NotFound when there is no such order.
func (b *Book) Change(ctx context.Context, mchID, outOrderNo string, change func(*Order) (bool, error)) (Order, error) {
	defer b.locks.orders.hold(Key(mchID, outOrderNo))()
	r, err := b.get(ctx, mchID, outOrderNo)
	if err != nil {
		return Order{}, err
	}
	changed, err := change(&r.Doc)
	if err != nil || !changed {
		return r.Doc, err
	}
	return r.Doc, b.orders.Replace(ctx, &r.Doc, r.Version)
}

// Limits of a user (wechat-protocol.md §6.2). 0 means no limit.
type Limits struct{ InService, Unpaid int }

// Limit says which limit of the user a new order breaks.
type Limit Phase

func (l Limit) Error() string { return "user has too many orders " + string(l) }

// Create stores a new order. An order of that number that is already there comes back with existing true, untouched.
// The error is a Limit when the user may not have another order.
func (b *Book) Create(ctx context.Context, o *Order, limits Limits) (stored Order, existing bool, err error) {
	if o.OpenID != "" {
		defer b.locks.users.hold(o.OpenID)()
	}
	defer b.locks.orders.hold(Key(o.MchID, o.OutOrderNo))()
	stored, err = b.Order(ctx, o.MchID, o.OutOrderNo)
	if !fault.Is(err, fault.NotFound) {
		return stored, err == nil, err
	}
	if err := b.withinLimits(ctx, o.OpenID, limits); err != nil {
		return Order{}, false, err
	}
	return *o, false, b.orders.Insert(ctx, o)
}

func (b *Book) withinLimits(ctx context.Context, openID string, limits Limits) error {
	if openID == "" {
		return nil
	}
	for _, limit := range []struct {
		phase Phase
		most  int
	}{{Unpaid, limits.Unpaid}, {InService, limits.InService}} {
		if limit.most == 0 {
			continue
		}
		n, err := b.orders.Count(ctx, docstore.Query{Index: "by_user_phase", Equal: []any{openID, string(limit.phase)}}, limit.most)
		if err != nil {
			return err
		}
		if n >= limit.most {
			return Limit(limit.phase)
		}
	}
	return nil
}
