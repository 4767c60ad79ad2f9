package wechat

import (
	"context"
	"errors"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// PortalRefund is a refund that the merchant's staff makes in the merchant portal (商户平台): the merchant's systems did not
// ask for it and do not know its number.
type PortalRefund struct {
	// TransactionID names the payment; it may be empty when WeChat collected the order in one.
	TransactionID string
	// OutRefundNo is minted when it is empty. How the portal numbers its refunds is not published.
	OutRefundNo string
	// Amount is what goes back, fen, above 0.
	Amount money.Fen
	Reason string
}

// RefundInPortal makes the refund of an order's payment: accepted at once, it ends and is told like any other (wechat-protocol.md
// §9.1, §9.4), at the portal's own address since there is no notify_url. An unknown order is of class NotFound, a refund that
// WeChat would refuse of class Conflict.
func (s *Server) RefundInPortal(ctx context.Context, mchID, outOrderNo string, r PortalRefund) (book.Refund, error) {
	order, err := s.Book.Order(ctx, mchID, outOrderNo)
	if err != nil {
		return book.Refund{}, err
	}
	payment, err := r.payment(&order)
	if err != nil {
		return book.Refund{}, err
	}
	now := s.Clock.Now()
	if r.OutRefundNo == "" {
		digits, err := signing.Digits(s.Random, 14)
		if err != nil {
			return book.Refund{}, err
		}
		r.OutRefundNo = compact(now) + digits
	}
	f := fields{}
	f.refundNo(r.OutRefundNo)
	if f.refused != nil || r.Amount <= 0 {
		return book.Refund{}, fault.Invalid("amount_fen", "portal_refund", "amount_fen must be above 0, out_refund_no 1 to 64 of digits, letters and _-|*@")
	}
	refund, err := s.newRefund(s.Merchants[mchID], now, &refundRequest{SubMchID: order.SubMchID, OutRefundNo: r.OutRefundNo, Reason: r.Reason,
		Amount: &refundMoney{Refund: &r.Amount, Total: &payment.Amount}}, order, payment)
	if err != nil {
		return book.Refund{}, err
	}
	stored, existed, err := s.Book.AddRefund(ctx, payment, refund)
	if reason, refused := errors.AsType[book.RefundRefusal](err); refused {
		return stored, fault.Wrap(reason, fault.Conflict, "refund_refused", "refunding in the portal")
	}
	if err == nil && existed {
		err = fault.New(fault.Conflict, "refund_exists", "there is a refund %s", r.OutRefundNo)
	}
	s.refunds.Wake()
	return stored, err
}

// payment is the one to be refunded: of several the request must name one.
func (r PortalRefund) payment(o *book.Order) (book.Payment, error) {
	var found []book.Payment
	for _, p := range o.Payments {
		if p.TransactionID != "" && (r.TransactionID == "" || r.TransactionID == p.TransactionID) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return book.Payment{}, fault.New(fault.Conflict, "nothing_to_refund", "WeChat collected no such payment of the order")
	case 1:
		return found[0], nil
	}
	return book.Payment{}, fault.Invalid("transaction_id", "transaction_id_missing", "is needed: WeChat collected %d payments of the order", len(found))
}
