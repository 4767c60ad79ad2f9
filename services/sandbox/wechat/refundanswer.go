package wechat

import (
	"context"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/notify"
)

// wallet is where refunds go: the payer's change (零钱). Cards are not simulated.
const wallet = "支付用户零钱"

// refundEntity is a refund on the wire, the answer of request and query alike (wechat-protocol.md §9.1).
type refundEntity struct {
	RefundID            string            `json:"refund_id"`
	OutRefundNo         string            `json:"out_refund_no"`
	TransactionID       string            `json:"transaction_id"`
	OutTradeNo          string            `json:"out_trade_no"`
	Channel             string            `json:"channel"`
	UserReceivedAccount string            `json:"user_received_account"`
	SuccessTime         string            `json:"success_time,omitempty"`
	CreateTime          string            `json:"create_time"`
	Status              string            `json:"status"`
	FundsAccount        string            `json:"funds_account"`
	Amount              refundAmounts     `json:"amount"`
	PromotionDetail     []refundPromotion `json:"promotion_detail"`
}

// refundPromotion has no fields: promotions are not simulated, the list is empty.
type refundPromotion struct{}

type refundAmounts struct {
	Total            money.Fen    `json:"total"`
	Refund           money.Fen    `json:"refund"`
	From             []book.Funds `json:"from"`
	PayerTotal       money.Fen    `json:"payer_total"`
	PayerRefund      money.Fen    `json:"payer_refund"`
	SettlementRefund money.Fen    `json:"settlement_refund"`
	SettlementTotal  money.Fen    `json:"settlement_total"`
	DiscountRefund   money.Fen    `json:"discount_refund"`
	Currency         string       `json:"currency"`
}

// refundAnswer is the refund as it is, or another when the fault says so: the merchant's oldest other, else nobody's.
func (s *Server) refundAnswer(ctx context.Context, c *call, r book.Refund) (any, error) {
	if c.rule.Kind != plan.AnswerOfAnother && c.rule.Kind != plan.AnswerOfNobody {
		return refundEntityOf(&r), nil
	}
	others, _, err := s.Book.Refunds(ctx, "", "", 20)
	if err != nil {
		return nil, err
	}
	for _, o := range others {
		if c.rule.Kind == plan.AnswerOfAnother && o.MchID == r.MchID && o.OutRefundNo != r.OutRefundNo {
			return refundEntityOf(&o), nil
		}
	}
	r.OutRefundNo, r.RefundID = notify.NobodysNumber(r.OutRefundNo), notify.NobodysNumber(r.RefundID)
	return refundEntityOf(&r), nil
}

func refundEntityOf(r *book.Refund) refundEntity {
	e := refundEntity{RefundID: r.RefundID, OutRefundNo: r.OutRefundNo, TransactionID: r.TransactionID, OutTradeNo: r.TradeNo, Channel: "ORIGINAL",
		UserReceivedAccount: wallet, CreateTime: rfc3339(r.CreatedAt), Status: r.Status, FundsAccount: r.FundsAccount,
		Amount: refundAmounts{Total: r.Total, Refund: r.Amount, From: r.From, PayerTotal: r.Total, PayerRefund: r.Amount,
			SettlementRefund: r.Amount, SettlementTotal: r.Total, Currency: "CNY"},
		PromotionDetail: []refundPromotion{}}
	if e.Amount.From == nil {
		e.Amount.From = []book.Funds{}
	}
	if r.Status == book.RefundSucceeded {
		e.SuccessTime = rfc3339(r.SettledAt)
	}
	return e
}

func rfc3339(t time.Time) string { return t.In(clock.Beijing).Format(time.RFC3339) }

// Numbers that WeChat makes for deductions (商户订单号, §8.5): in the sandbox the transaction_id with other letters, so
// that one leads to the other.
const (
	transactionPrefix = "4200"
	tradePrefix       = "WX"
)

// newTradeNo is the number of a deduction, "" for a payment by hand: that one has ours.
func newTradeNo(p book.Payment) string {
	if p.ByHand {
		return ""
	}
	return tradePrefix + strings.TrimPrefix(p.TransactionID, transactionPrefix)
}

// transactionOf is the transaction_id a deduction of this number would have. Our own out_order_no leads nowhere: refunds
// never go by it (§10.2, 7).
func transactionOf(tradeNo string) string {
	rest, made := strings.CutPrefix(tradeNo, tradePrefix)
	if !made {
		return ""
	}
	return transactionPrefix + rest
}

// tradeNo is the 商户订单号 of a payment: out_order_no when the user paid by hand (§8.5).
func tradeNo(o *book.Order, p book.Payment) string {
	if p.ByHand {
		return o.OutOrderNo
	}
	return p.TradeNo
}
