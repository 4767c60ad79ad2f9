package refund

import (
	"context"
	"encoding/json"
	"net/url"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// Path is where refunds are asked for, in direct and partner mode alike (§9.1).
const Path = "/v3/refund/domestic/refunds"

// Client makes the refund calls of one account.
type Client struct {
	wechat *wechatpay.Client
}

// New is the refund side of an account's client.
func New(c *wechatpay.Client) *Client { return &Client{wechat: c} }

// Result is one call: the answer, what it means, and the refund as WeChat told it. It prints as its answer.
type Result struct {
	wechatpay.Answer
	Verdict wechatpay.Verdict
	// Refund is nil unless the answer is a Yes.
	Refund *Refund
	// Unreadable is as in payscore.Result.
	Unreadable bool
}

// Ref names one refund for a query; SubMchID is set in partner mode.
type Ref struct {
	OutRefundNo string
	SubMchID    string
}

// Create sends a frozen CreateRequest. A Yes says that WeChat took the refund over, not that it was paid: look at
// Refund.Status, wait for the notification, query. After anything but a definite answer send the same bytes again. A
// NotFound can be a payment that is not visible yet: the same bytes again a few times, minutes apart (§9.2). A
// RefusedUnexplained may be the repeat of a refund that went through: query before it is called failed.
func (c *Client) Create(ctx context.Context, frozen []byte) Result {
	var asked CreateRequest
	if json.Unmarshal(frozen, &asked) != nil || asked.OutRefundNo == "" {
		return Result{Answer: wechatpay.Answer{Doubt: wechatpay.DoubtLocal, NotSent: true}, Verdict: wechatpay.Undecided}
	}
	a := c.wechat.Post(ctx, Path, frozen)
	return resultOf(wechatpay.CreateRefund, a, func(r *Refund) bool { return asked.answeredBy(r) })
}

// Query asks for one refund, a minute or more after its create (§9.3).
func (c *Client) Query(ctx context.Context, ref Ref) Result {
	a := c.wechat.Get(ctx, queryPath(ref))
	return resultOf(wechatpay.QueryRefund, a, func(r *Refund) bool { return r.OutRefundNo == ref.OutRefundNo })
}

// queryPath escapes the number exactly once.
func queryPath(ref Ref) string {
	path := Path + "/" + url.PathEscape(ref.OutRefundNo)
	if ref.SubMchID != "" {
		path += "?" + url.Values{"sub_mchid": {ref.SubMchID}}.Encode()
	}
	return path
}

// answeredBy reports that the entity is about this request: what WeChat tells of number, payment and amount must not be
// another's.
func (r CreateRequest) answeredBy(told *Refund) bool {
	return told.OutRefundNo == r.OutRefundNo &&
		(told.TransactionID == "" || told.TransactionID == r.TransactionID) &&
		(told.Amount.Refund == 0 || told.Amount.Refund == r.Amount.Refund)
}

// resultOf decodes a Yes. One that does not decode, or that is about another refund, proves nothing.
func resultOf(op wechatpay.Operation, a wechatpay.Answer, ours func(*Refund) bool) Result {
	r := Result{Answer: a}
	if a.Outcome == wechatpay.Yes {
		told, err := Decode(a.Body)
		if err != nil || !ours(told) {
			r.Outcome, r.Doubt, r.Unreadable = wechatpay.Unknown, wechatpay.DoubtUnreadable, err != nil
		} else {
			r.Refund = told
		}
	}
	r.Verdict = wechatpay.Judge(op, r.Answer)
	return r
}
