package wechat

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Call carries out one request and says what the answer means. busy is the wait while a deduction runs.
func (d *Desk) Call(ctx context.Context, o *order.Order, op order.Op, busy time.Duration) (order.Answered, wechatpay.Answer) {
	var r payscore.Result
	switch op {
	case order.OpCreate:
		r = d.client.Create(ctx, o.Create.Body)
	case order.OpComplete:
		r = d.client.Complete(ctx, o.OutOrderNo, o.Complete.Body)
	case order.OpCancel:
		r = d.client.Cancel(ctx, o.OutOrderNo, o.Cancel.Body)
	default:
		r = d.client.Query(ctx, payscore.Ref{
			OutOrderNo: o.OutOrderNo, ServiceID: o.ServiceID, AppID: d.merchant.WeChat.AppID, SubMchID: d.merchant.WeChat.SubMchID,
		})
	}
	a := order.Answered{Op: op, AskedIn: o.State}
	a.Verdict, a.Reason = meaning(op, r)
	if r.Verdict == wechatpay.DeductionRunning {
		a.After = busy
	}
	if r.Order != nil {
		seen := See(*r.Order)
		a.Seen = &seen
	}
	if a.Verdict == order.Accepted && a.Seen == nil && op != order.OpCancel {
		a.Verdict = order.Ask // partner mode answers with an empty body (§6.12)
	}
	return a, r.Answer
}

// meaning puts the provider's verdict into the order's words.
func meaning(op order.Op, r payscore.Result) (order.Verdict, string) {
	switch r.Verdict {
	case wechatpay.Accepted:
		return order.Accepted, ""
	case wechatpay.TooFrequent, wechatpay.DeductionRunning:
		return order.NotNow, ""
	case wechatpay.SignatureRefused:
		return order.Misconfigured, ""
	case wechatpay.NotFound:
		return order.Missing, ""
	case wechatpay.NumberTaken:
		return order.NotOurs, "number_taken"
	case wechatpay.RefusedRisk:
		return order.Refusal, "risk"
	case wechatpay.RefusedUserUnfinished:
		return order.Refusal, "user_unfinished_orders"
	case wechatpay.RefusedYouthMode:
		return order.Refusal, "youth_mode"
	case wechatpay.RefusedConfig:
		if op == order.OpCreate { // it may be the user's authorisation that is missing (§6.2)
			return order.Refusal, "not_authorised"
		}
		return order.Misconfigured, "" // the order exists: what is missing are rights of ours, and the gateway cannot mend them
	case wechatpay.RefusedRule:
		return order.Refusal, "rule"
	case wechatpay.AboveCap:
		return order.Refusal, "above_cap"
	case wechatpay.EndBeforeStart:
		return order.Refusal, "end_before_start"
	case wechatpay.Undecided:
		if r.NotSent { // not one byte left us: no doubt beyond what earlier sends left
			return order.NotNow, ""
		}
		return order.Unknown, ""
	default: // wrong state, already done or cancelled, not cancellable, unexplained: only a query tells
		return order.Ask, "unexplained"
	}
}
