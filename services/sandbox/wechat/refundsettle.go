package wechat

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
	"github.com/facepay-go/facepay/services/sandbox/due"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// refunds is the source of refunds that end: accepted ones reach the user, or do not.
type refunds struct{ *Server }

// RunRefunds settles accepted refunds until ctx ends.
func (s *Server) RunRefunds(ctx context.Context) { s.refunds.Run(ctx) }

// Waiting implements due.Source.
func (r refunds) Waiting(ctx context.Context, limit int) ([]due.Item, error) {
	waiting, err := r.Book.WaitingRefunds(ctx, limit)
	items := make([]due.Item, 0, len(waiting))
	for _, w := range waiting {
		items = append(items, due.Item{ID: book.Key(w.MchID, w.OutRefundNo), At: w.DueAt})
	}
	return items, err
}

// Work implements due.Source: the refund ends, then it is told, then nothing is left to do. After a crash in between it
// goes on where it was: what has ended stays so, and a fact that has its notice gets no second one.
func (r refunds) Work(ctx context.Context, id string) error {
	mchID, outRefundNo, _ := strings.Cut(id, "/")
	refund, err := r.Book.Refund(ctx, mchID, outRefundNo)
	if err != nil {
		return err
	}
	now := r.Clock.Now()
	if refund.DueAt.IsZero() || refund.DueAt.After(now) {
		return nil // somebody was quicker
	}
	if refund.Status == book.RefundProcessing {
		if refund, err = r.settle(ctx, refund, now); err != nil || refund.Status == book.RefundProcessing {
			return err
		}
	}
	return r.tell(ctx, refund, r.Notices.Add)
}

// tell announces how the refund ended; then nothing is left to do, unless it has been handled meanwhile.
func (s *Server) tell(ctx context.Context, refund book.Refund, add func(context.Context, notify.Notice) error) error {
	n, err := refundNotice(&refund)
	if err != nil {
		return err
	}
	if err := add(ctx, n); err != nil {
		return err
	}
	_, err = s.Book.ChangeRefund(ctx, refund.MchID, refund.OutRefundNo, func(f *book.Refund) error {
		if f.Status == refund.Status {
			f.DueAt = time.Time{}
		}
		return nil
	})
	return err
}

// settleEarly ends a just accepted refund and tells the merchant before the request is answered.
func (s *Server) settleEarly(ctx context.Context, accepted book.Refund) error {
	id := book.Key(accepted.MchID, accepted.OutRefundNo)
	if !s.refunds.Claim(id) {
		return nil
	}
	defer s.refunds.Release(id)
	ended, err := s.Book.ChangeRefund(ctx, accepted.MchID, accepted.OutRefundNo, func(f *book.Refund) error {
		f.Settle(book.RefundSucceeded, s.Clock.Now())
		return nil
	})
	if err != nil {
		return err
	}
	return s.tell(ctx, ended, s.Notices.AddAndDeliver)
}

// settle ends the refund as its fault says, or puts the end off.
func (r refunds) settle(ctx context.Context, refund book.Refund, now time.Time) (book.Refund, error) {
	rule := r.Faults.Take(plan.Subject{Operation: plan.RefundSettle, MchID: refund.MchID, OutOrderNo: refund.OutOrderNo, OpenID: refund.OpenID})
	return r.Book.ChangeRefund(ctx, refund.MchID, refund.OutRefundNo, func(f *book.Refund) error {
		switch {
		case rule.Kind == plan.Late && !f.Delayed:
			f.Delayed, f.DueAt = true, now.Add(rule.Delay())
		case rule.Kind == plan.RefundAbnormal:
			f.Settle(book.RefundAbnormal, now)
		case rule.Kind == plan.RefundClosed:
			f.Settle(book.RefundClosed, now)
		default:
			f.Settle(book.RefundSucceeded, now)
		}
		return nil
	})
}

// HandleRefund is the merchant's staff handling an abnormal refund in the portal: it succeeds and is told. Another refund
// is of class Conflict.
func (s *Server) HandleRefund(ctx context.Context, mchID, outRefundNo string) error {
	_, err := s.Book.ChangeRefund(ctx, mchID, outRefundNo, func(r *book.Refund) error { return r.Handle(s.Clock.Now()) })
	if errors.Is(err, book.ErrNotAbnormal) {
		return fault.Wrap(err, fault.Conflict, "refund_not_abnormal", "handling a refund")
	}
	s.refunds.Wake()
	return err
}

// refundResult is the resource of a refund's notice (wechat-protocol.md §9.4).
type refundResult struct {
	MchID               string              `json:"mchid,omitempty"`
	SpMchID             string              `json:"sp_mchid,omitempty"`
	SubMchID            string              `json:"sub_mchid,omitempty"`
	OutTradeNo          string              `json:"out_trade_no"`
	TransactionID       string              `json:"transaction_id"`
	OutRefundNo         string              `json:"out_refund_no"`
	RefundID            string              `json:"refund_id"`
	RefundStatus        string              `json:"refund_status"`
	SuccessTime         string              `json:"success_time,omitempty"`
	UserReceivedAccount string              `json:"user_received_account"`
	Amount              refundResultAmounts `json:"amount"`
}

type refundResultAmounts struct {
	Total       money.Fen `json:"total"`
	Refund      money.Fen `json:"refund"`
	PayerTotal  money.Fen `json:"payer_total"`
	PayerRefund money.Fen `json:"payer_refund"`
}

// refundNotice tells how the refund ended: REFUND.SUCCESS, REFUND.ABNORMAL or REFUND.CLOSED. A partner's has sp_mchid in
// place of mchid.
func refundNotice(r *book.Refund) (notify.Notice, error) {
	result := refundResult{MchID: r.MchID, OutTradeNo: r.TradeNo, TransactionID: r.TransactionID, OutRefundNo: r.OutRefundNo, RefundID: r.RefundID,
		RefundStatus: r.Status, UserReceivedAccount: wallet, Amount: refundResultAmounts{r.Total, r.Amount, r.Total, r.Amount}}
	if r.SubMchID != "" {
		result.MchID, result.SpMchID, result.SubMchID = "", r.MchID, r.SubMchID
	}
	if r.Status == book.RefundSucceeded {
		result.SuccessTime = rfc3339(r.SettledAt)
	}
	body, err := encode(result)
	event := notify.RefundPrefix + r.Status
	return notify.Notice{ID: notify.ID(event, r.MchID, r.OutRefundNo), MchID: r.MchID, EventType: event, OutOrderNo: r.OutOrderNo, OpenID: r.OpenID,
		URL: r.NotifyURL, Entity: body}, err
}
