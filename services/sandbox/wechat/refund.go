package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/signing"
)

// refund is POST /v3/refund/domestic/refunds (wechat-protocol.md §9.1). 200 means accepted, no more.
func (s *Server) refund(ctx context.Context, c *call) (any, error) {
	if s.failingRefunds.tooMany(c.merchant.MchID, c.now, mostFailing) {
		return nil, tooFrequent()
	}
	answer, err := s.acceptRefund(ctx, c)
	if _, refused := errors.AsType[*refusal](err); refused {
		s.failingRefunds.add(c.merchant.MchID, c.now)
	}
	return answer, err
}

func (s *Server) acceptRefund(ctx context.Context, c *call) (any, error) {
	if refused := refundFault(c.rule.Kind); refused != nil {
		return nil, refused
	}
	var request refundRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	with, err := digest(&request)
	if err != nil {
		return nil, err
	}
	f := fields{}
	f.refundNo(request.OutRefundNo)
	if f.refused != nil {
		return nil, f.refused
	}
	// A repeat is compared before anything is checked: it was right when it was first sent.
	existing, err := s.Book.Refund(ctx, c.merchant.MchID, request.OutRefundNo)
	if err == nil {
		return s.repeatedRefund(ctx, c, existing, with)
	}
	if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if f.refund(&request, s.rules.Strict); f.refused != nil {
		return nil, f.refused
	}
	order, payment, err := s.refundable(ctx, c, &request)
	if err != nil {
		return nil, err
	}
	refund, err := s.newRefund(c.merchant, c.now, &request, order, payment)
	if err != nil {
		return nil, err
	}
	refund.With = with
	return s.storeRefund(ctx, c, payment, refund)
}

func (s *Server) storeRefund(ctx context.Context, c *call, p book.Payment, r *book.Refund) (any, error) {
	stored, existed, err := s.Book.AddRefund(ctx, p, r)
	if reason, refused := errors.AsType[book.RefundRefusal](err); refused {
		return nil, refundRefused(reason)
	}
	if err != nil {
		return nil, err
	}
	if existed {
		return s.repeatedRefund(ctx, c, stored, r.With)
	}
	c.executed = true
	if c.rule.Kind == plan.EarlyNotice {
		if err := s.settleEarly(ctx, stored); err != nil {
			return nil, err
		}
	}
	s.refunds.Wake()
	return s.refundAnswer(ctx, c, stored)
}

// repeatedRefund answers a number that is taken: with identical parameters the refund as it is now, else a refusal (§9.2).
func (s *Server) repeatedRefund(ctx context.Context, c *call, existing book.Refund, with string) (any, error) {
	if existing.With != with {
		return nil, differentRefund()
	}
	return s.refundAnswer(ctx, c, existing)
}

// refundable finds the payment that the request names. transaction_id goes before out_trade_no when both are there: which
// one WeChat takes is not written down.
func (s *Server) refundable(ctx context.Context, c *call, r *refundRequest) (book.Order, book.Payment, error) {
	id := r.TransactionID
	if id == "" {
		id = transactionOf(r.OutTradeNo)
	}
	order, payment, err := s.Book.Transaction(ctx, id)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && r.TransactionID == "" && payment.TradeNo != r.OutTradeNo:
		return order, payment, unknownTransaction()
	case err != nil:
		return order, payment, err
	case order.MchID != c.merchant.MchID:
		return order, payment, notPermitted(internalNoPermission)
	}
	if refused := inNameOf(c.merchant, &order, r.SubMchID); refused != nil {
		return order, payment, refused
	}
	return order, payment, nil
}

// inNameOf checks that a partner names the sub-merchant whose order it is, and may act for it (§6.12). How WeChat refuses
// another's name is not written down.
func inNameOf(m *account.Merchant, o *book.Order, subMchID string) *refusal {
	switch sub, known := m.SubMerchant(subMchID); {
	case subMchID == "" && o.SubMchID != "":
		return badField("sub_mchid", "sub_mchid不能为空")
	case o.SubMchID != subMchID, subMchID != "" && (!known || sub.Unauthorized):
		return notPermitted(internalNoPermission)
	}
	return nil
}

// newRefund mints the refund_id in WeChat's form: 50000000 and 2 digits, the Beijing day, 11 digits.
func (s *Server) newRefund(m *account.Merchant, now time.Time, r *refundRequest, o book.Order, p book.Payment) (*book.Refund, error) {
	digits, err := signing.Digits(s.Random, 11)
	if err != nil {
		return nil, err
	}
	url := r.NotifyURL
	if url == "" {
		url = m.RefundNotifyURL
	}
	funds := r.FundsAccount
	if funds == "" {
		funds = "UNSETTLED" // where the money comes from when the merchant does not say is not written down
	}
	return &book.Refund{MchID: o.MchID, SubMchID: r.SubMchID, OutRefundNo: r.OutRefundNo, RefundID: "5000000038" + compact(now)[:8] + digits,
		OutOrderNo: o.OutOrderNo, TransactionID: p.TransactionID, TradeNo: tradeNo(&o, p), OpenID: o.OpenID, Amount: *r.Amount.Refund, Total: *r.Amount.Total,
		From: r.Amount.From, FundsAccount: funds, Reason: r.Reason, NotifyURL: url, Status: book.RefundProcessing, CreatedAt: now,
		DueAt: now.Add(s.rules.RefundAfter)}, nil
}

// queryRefund is GET /v3/refund/domestic/refunds/{out_refund_no} (§9.3).
func (s *Server) queryRefund(ctx context.Context, c *call) (any, error) {
	refund, err := s.Book.Refund(ctx, c.merchant.MchID, c.PathValue("out_refund_no"))
	if fault.Is(err, fault.NotFound) || err == nil && refund.SubMchID != c.URL.Query().Get("sub_mchid") {
		return nil, unknownRefund()
	}
	if err != nil {
		return nil, err
	}
	return s.refundAnswer(ctx, c, refund)
}
