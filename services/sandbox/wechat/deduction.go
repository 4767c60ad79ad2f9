package wechat

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/due"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// deductions is the source of automatic debits (自动扣款).
type deductions struct{ *Server }

// RunDeductions collects completed orders until ctx ends.
func (s *Server) RunDeductions(ctx context.Context) { s.deductions.Run(ctx) }

// AnnouncePaid queues the notices of payments that a crash kept unannounced: an order is paid in one write and announced
// in the next, so only the last ones paid can be without. A fact that has its notice gets no second one.
func (s *Server) AnnouncePaid(ctx context.Context) error {
	paid, err := s.Book.LastPaid(ctx, 200)
	if err != nil {
		return err
	}
	for _, o := range paid {
		if last := o.Payments[len(o.Payments)-1]; last.ByMerchant {
			continue // nobody is told of what the merchant said himself (§7.1)
		}
		if err := s.announce(ctx, o, s.Notices.Add); err != nil {
			return err
		}
	}
	return nil
}

// Waiting implements due.Source.
func (d deductions) Waiting(ctx context.Context, limit int) ([]due.Item, error) {
	orders, err := d.Book.WaitingDeductions(ctx, limit)
	items := make([]due.Item, 0, len(orders))
	for _, o := range orders {
		items = append(items, due.Item{ID: book.Key(o.MchID, o.OutOrderNo), At: o.DeductAt})
	}
	return items, err
}

// Work implements due.Source: one try to debit the user.
func (d deductions) Work(ctx context.Context, id string) error {
	mchID, outOrderNo, _ := strings.Cut(id, "/")
	order, err := d.Book.Order(ctx, mchID, outOrderNo)
	if err != nil {
		return err
	}
	now := d.Clock.Now()
	if order.DeductAt.IsZero() || order.DeductAt.After(now) {
		return nil // paid, cancelled or tried meanwhile
	}
	rule := d.Faults.Take(plan.Subject{Operation: plan.Deduct, MchID: mchID, OutOrderNo: outOrderNo, OpenID: order.OpenID})
	var payment book.Payment
	switch rule.Kind {
	case plan.DeductionFails:
		return d.postpone(ctx, order, now.Add(d.rules.DeductAgainAfter))
	case plan.DeductionStops:
		return d.postpone(ctx, order, time.Time{})
	case plan.DeductionPartial:
		payment.Amount = rule.Amount
	case plan.PaidByHand:
		payment.ByHand = true
	}
	if rule.Kind == plan.RefundedInPortal {
		return ignoreNotPending(d.collectAndRefund(ctx, order, rule.Amount))
	}
	return ignoreNotPending(d.collect(ctx, order, payment, d.Notices.Add))
}

// collectAndRefund debits what is due, and the merchant's staff gives an amount of it back at once.
func (s *Server) collectAndRefund(ctx context.Context, o book.Order, amount money.Fen) error {
	if err := s.collect(ctx, o, book.Payment{}, s.Notices.Add); err != nil {
		return err
	}
	paid, err := s.Book.Order(ctx, o.MchID, o.OutOrderNo)
	if err != nil {
		return err
	}
	last := paid.Payments[len(paid.Payments)-1]
	_, err = s.RefundInPortal(ctx, o.MchID, o.OutOrderNo, PortalRefund{TransactionID: last.TransactionID, Amount: min(amount, last.Amount)})
	return err
}

func (s *Server) postpone(ctx context.Context, o book.Order, to time.Time) error {
	_, err := s.Book.Change(ctx, o.MchID, o.OutOrderNo, func(o *book.Order) (bool, error) { return true, o.DeductLater(to) })
	return ignoreNotPending(err)
}

// collectEarly debits and announces a just completed order before its completion is answered.
func (s *Server) collectEarly(ctx context.Context, o book.Order) error {
	id := book.Key(o.MchID, o.OutOrderNo)
	if !s.deductions.Claim(id) {
		return nil
	}
	defer s.deductions.Release(id)
	return ignoreNotPending(s.collect(ctx, o, book.Payment{}, s.Notices.AddAndDeliver))
}

// collectFirst debits the called order if it is pending, and leaves its notice on its way.
func (s *Server) collectFirst(ctx context.Context, c *call) error {
	order, err := s.Book.Order(ctx, c.merchant.MchID, c.subject.OutOrderNo)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return ignoreNotPending(s.collect(ctx, order, book.Payment{}, s.Notices.Add))
}

// collect takes p.Amount of what is due, all of it when that is 0, now, under a new transaction_id, and announces it.
// Whether WeChat tells of a part is not written down; that the paid_amount is in the name of the fact (§7.5) says so.
func (s *Server) collect(ctx context.Context, o book.Order, p book.Payment, add func(context.Context, notify.Notice) error) error {
	var err error
	p.At = s.Clock.Now()
	if p.TransactionID, err = serial(s, "4200", p.At); err != nil {
		return err
	}
	p.TradeNo = newTradeNo(p)
	paid, err := s.Book.Change(ctx, o.MchID, o.OutOrderNo, func(o *book.Order) (bool, error) { return true, o.Collect(p, p.At.Add(s.rules.DeductAgainAfter)) })
	if err != nil {
		return err
	}
	return s.announce(ctx, paid, add)
}

// announce tells the merchant: PAYSCORE.USER_PAID to the order's notify_url (wechat-protocol.md §7.1).
func (s *Server) announce(ctx context.Context, o book.Order, add func(context.Context, notify.Notice) error) error {
	n, err := paidNotice(o)
	if err != nil {
		return err
	}
	return add(ctx, n)
}

// paidNotice is PAYSCORE.USER_PAID about the order as it is.
func paidNotice(o book.Order) (notify.Notice, error) {
	body, err := encode(queryAnswer(&o))
	fact := []string{notify.UserPaid, o.MchID, o.OutOrderNo, o.OrderID}
	if o.State != book.Done {
		fact = append(fact, strconv.FormatInt(int64(o.Paid()), 10))
	}
	return notify.Notice{ID: notify.ID(fact...), MchID: o.MchID, EventType: notify.UserPaid,
		OutOrderNo: o.OutOrderNo, OpenID: o.OpenID, URL: o.NotifyURL, Entity: body}, err
}

// ignoreNotPending: an order that was paid or cancelled meanwhile needs nothing more.
func ignoreNotPending(err error) error {
	if errors.Is(err, book.NotPending) {
		return nil
	}
	return err
}

// PayByHand is the user paying an open order himself (主动支付). An order that is not pending is of class Conflict.
func (s *Server) PayByHand(ctx context.Context, mchID, outOrderNo string) error {
	order, err := s.Book.Order(ctx, mchID, outOrderNo)
	if err != nil {
		return err
	}
	err = s.collect(ctx, order, book.Payment{ByHand: true}, s.Notices.Add)
	if errors.Is(err, book.NotPending) {
		return fault.Wrap(err, fault.Conflict, "order_not_pending", "paying by hand")
	}
	return err
}

// CancelInPortal is the merchant's staff revoking the order in the merchant portal (商户平台). An order that cannot be
// cancelled is of class Conflict.
func (s *Server) CancelInPortal(ctx context.Context, mchID, outOrderNo string) error {
	_, err := s.Book.Change(ctx, mchID, outOrderNo, func(o *book.Order) (bool, error) { return o.Cancel(book.Cancellation{At: s.Clock.Now()}) })
	if reason, refused := errors.AsType[book.Refusal](err); refused {
		return fault.Wrap(reason, fault.Conflict, "order_not_cancellable", "cancelling in the portal")
	}
	return err
}
