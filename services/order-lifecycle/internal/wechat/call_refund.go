package wechat

import (
	"context"
	"fmt"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// callRefund sends a refund, or asks about it.
func (d *Desk) callRefund(ctx context.Context, o *order.Order, todo order.Todo, w Waits) Outcome {
	a := order.RefundAnswered{RequestID: todo.Refund, Op: todo.Op, AskedAt: w.Began}
	var r refund.Result
	if todo.Op == order.OpRefund {
		r = d.refunds.Create(ctx, refundBody(o, todo.Refund))
	} else {
		r = d.refunds.Query(ctx, refund.Ref{OutRefundNo: order.OutRefundNo(o.OutOrderNo, todo.Refund), SubMchID: d.merchant.WeChat.SubMchID})
	}
	a.Verdict, a.Reason = refundMeaning(r)
	a.Unreadable = r.Unreadable
	if r.Verdict == wechatpay.BalanceTooLow {
		a.After, a.Balance = w.TopUp, true
	}
	outcome := Outcome{Answer: r.Answer}
	if r.Refund != nil {
		seen := SeeRefund(*r.Refund)
		a.Seen = &seen
		outcome.Saw = fmt.Sprintf("%s, %d fen", seen.Status, seen.Amount)
	}
	outcome.Fact, outcome.Verdict = a, a.Verdict
	return outcome
}

func refundBody(o *order.Order, requestID string) []byte {
	for _, r := range o.Refunds {
		if r.RequestID == requestID {
			return r.Request.Body
		}
	}
	return nil
}

// refundMeaning puts the provider's verdict on a refund into the order's words (wechat-protocol.md §9.2).
func refundMeaning(r refund.Result) (order.Verdict, string) {
	switch r.Verdict {
	case wechatpay.Accepted:
		return order.Accepted, ""
	case wechatpay.TooFrequent, wechatpay.BalanceTooLow:
		return order.NotNow, ""
	case wechatpay.SignatureRefused:
		return order.Misconfigured, ""
	case wechatpay.NotFound:
		return order.Missing, "not_found"
	case wechatpay.UserAccountAbnormal:
		return order.Refusal, "user_account_abnormal"
	case wechatpay.RefusedConfig:
		return order.Refusal, "not_authorised"
	case wechatpay.RefusedRule:
		return order.Refusal, "rule"
	case wechatpay.Undecided:
		if r.NotSent {
			return order.NotNow, ""
		}
		return order.Unknown, ""
	default:
		return order.Ask, "unexplained"
	}
}

// SeeRefund reads a refund of an answer.
func SeeRefund(r refund.Refund) order.SeenRefund {
	at, _ := r.SucceededAt() // a time that does not parse is left out, the money is not
	return order.SeenRefund{
		Status: string(r.Status), RefundID: r.RefundID, TransactionID: r.TransactionID, Amount: r.Amount.Refund, RefundedAt: at,
	}
}

// ToldRefund reads a refund out of a notification.
func ToldRefund(n *notifyv1.WeChatRefundNotified) order.SeenRefund {
	s := order.SeenRefund{
		Status: n.GetRefundStatus(), RefundID: n.GetRefundId(), TransactionID: n.GetTransactionId(), Amount: money.Fen(n.GetRefundAmountFen()),
	}
	if n.GetSuccessTime() != nil {
		s.RefundedAt = n.GetSuccessTime().AsTime()
	}
	return s
}
