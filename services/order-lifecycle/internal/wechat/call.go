package wechat

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Waits are what an answer can ask for besides its own word, and from when on.
type Waits struct {
	// Busy is the wait while a deduction runs (§6.5), TopUp the one while the merchant's balance is too low (§9.2).
	Busy, TopUp time.Duration
	// Began is when the call is made.
	Began time.Time
}

// Outcome is one call: the fact it makes for the order, and what there is to tell of it.
type Outcome struct {
	Fact    order.Fact
	Verdict order.Verdict
	// Saw is the order or the refund as the answer showed it; empty when it showed none.
	Saw    string
	Answer wechatpay.Answer
}

// Call carries out one request and says what the answer means.
func (d *Desk) Call(ctx context.Context, o *order.Order, todo order.Todo, w Waits) Outcome {
	if todo.Refund != "" {
		return d.callRefund(ctx, o, todo, w)
	}
	a, answer := d.call(ctx, o, todo.Op, w)
	outcome := Outcome{Fact: a, Verdict: a.Verdict, Answer: answer}
	if a.Seen != nil {
		outcome.Saw = a.Seen.String()
	}
	return outcome
}

func (d *Desk) call(ctx context.Context, o *order.Order, op order.Op, w Waits) (order.Answered, wechatpay.Answer) {
	var r payscore.Result
	switch op {
	case order.OpCreate:
		r = d.client.Create(ctx, o.Create.Body)
	case order.OpComplete:
		r = d.client.Complete(ctx, o.OutOrderNo, o.Complete.Body)
	case order.OpCancel:
		r = d.client.Cancel(ctx, o.OutOrderNo, o.Cancel.Body)
	case order.OpModify:
		r = d.client.Modify(ctx, o.OutOrderNo, o.Work.Request.Body)
	case order.OpSync:
		r = d.client.Sync(ctx, o.OutOrderNo, o.Work.Request.Body)
	case order.OpCollect:
		r = d.client.Collect(ctx, o.OutOrderNo, o.Work.Request.Body)
	case order.OpWithdraw:
		r = d.client.Cancel(ctx, o.OutOrderNo, o.Work.Request.Body)
	default:
		r = d.client.Query(ctx, payscore.Ref{
			OutOrderNo: o.OutOrderNo, ServiceID: o.ServiceID, AppID: d.merchant.WeChat.AppID, SubMchID: d.merchant.WeChat.SubMchID,
		})
	}
	a := order.Answered{Op: op, AskedIn: o.State, AskedAt: w.Began, About: o.About(op)}
	a.Verdict, a.Reason = meaning(op, r)
	a.Unreadable = r.Unreadable
	if r.Verdict == wechatpay.DeductionRunning {
		a.After = w.Busy
	}
	if r.Order != nil {
		seen := See(*r.Order)
		a.Seen = &seen
	}
	if a.Verdict == order.Accepted && a.Seen == nil && (op == order.OpCreate || op == order.OpComplete || op == order.OpQuery) {
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
		switch op {
		case order.OpCreate, // it may be the user's authorisation that is missing (§6.2)
			order.OpComplete,                                                // the back office can cancel, and the gateway can end it again when it is mended
			order.OpModify, order.OpSync, order.OpCollect, order.OpWithdraw: // the back office can ask again when it is mended
			return order.Refusal, "not_authorised"
		}
		return order.Misconfigured, "" // a query or a cancel that is only repeated once rights of ours are mended
	case wechatpay.RefusedRule:
		return order.Refusal, "rule"
	case wechatpay.AboveCap:
		return order.Refusal, "above_cap"
	case wechatpay.EndBeforeStart:
		return order.Refusal, "end_before_start"
	case wechatpay.NotCancellable:
		return order.Refusal, "not_cancellable"
	case wechatpay.DeductionFailed:
		return order.Refusal, "deduction_failed"
	case wechatpay.Undecided:
		if r.NotSent { // not one byte left us: no doubt beyond what earlier sends left
			return order.NotNow, ""
		}
		return order.Unknown, ""
	case wechatpay.WrongState, wechatpay.AlreadyCancelled, wechatpay.AlreadyDone:
		return order.Ask, string(r.Verdict)
	default: // unexplained: only a query tells
		return order.Ask, "unexplained"
	}
}
