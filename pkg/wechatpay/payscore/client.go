package payscore

import (
	"context"
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// Client makes the PayScore order calls of one account.
type Client struct {
	wechat  *wechatpay.Client
	partner bool
}

// New is the order side of an account's client.
func New(c *wechatpay.Client) *Client {
	return &Client{wechat: c, partner: c.Account().Partner()}
}

// Result is one call: the answer, what it means, and the order as WeChat told it.
type Result struct {
	wechatpay.Answer
	Verdict wechatpay.Verdict
	// Order is nil unless the answer is a Yes that carries one: in partner mode every act but create and query answers
	// with an empty body (§6.12), so query for the state. Cancel and collect answer without a state in any mode.
	Order *Order
	// Unreadable is true for a 2xx of WeChat's that does not decode: its verdict is Undecided, and it is no fault of the
	// network. One that is about another order can be read, and proves nothing either.
	Unreadable bool
}

// Create sends a frozen CreateRequest. Accepted is not "in service": in no-confirm mode only StageInService opens the
// door; anything else is a failed create, to be cancelled (§6.2).
func (c *Client) Create(ctx context.Context, frozen []byte) Result {
	var body struct {
		OutOrderNo string `json:"out_order_no"`
	}
	if json.Unmarshal(frozen, &body) != nil || body.OutOrderNo == "" {
		return Result{Answer: wechatpay.Answer{Doubt: wechatpay.DoubtLocal, NotSent: true}, Verdict: wechatpay.Undecided}
	}
	a := c.wechat.Post(ctx, CollectionPath(c.partner), frozen)
	return resultOf(wechatpay.CreateOrder, a, body.OutOrderNo)
}

// Query asks for one order.
func (c *Client) Query(ctx context.Context, ref Ref) Result {
	a := c.wechat.Get(ctx, queryPath(c.partner, ref))
	return resultOf(wechatpay.QueryOrder, a, ref.OutOrderNo)
}

// Complete sends a frozen CompleteRequest. A Yes is not a payment: WeChat deducts later, at its own pace (§6.4).
func (c *Client) Complete(ctx context.Context, outOrderNo string, frozen []byte) Result {
	return c.act(ctx, wechatpay.CompleteOrder, "complete", outOrderNo, frozen)
}

// Cancel sends a frozen CancelRequest. The answer has no state; there is no callback either (§6.5).
func (c *Client) Cancel(ctx context.Context, outOrderNo string, frozen []byte) Result {
	return c.act(ctx, wechatpay.CancelOrder, "cancel", outOrderNo, frozen)
}

// Modify sends a frozen ModifyRequest (§6.6). After an unknown outcome query before sending the bytes again: that a repeat
// is harmless is not written (§1.5).
func (c *Client) Modify(ctx context.Context, outOrderNo string, frozen []byte) Result {
	return c.act(ctx, wechatpay.ModifyOrder, "modify", outOrderNo, frozen)
}

// Sync sends a frozen SyncRequest (§6.7). After an unknown outcome query before sending the bytes again, as for Modify. A
// Yes may show that WeChat had collected as well (Collection.Details): then one side is refunded.
func (c *Client) Sync(ctx context.Context, outOrderNo string, frozen []byte) Result {
	return c.act(ctx, wechatpay.SyncOrder, "sync", outOrderNo, frozen)
}

// Collect sends a frozen CollectRequest (§6.8). A Yes says that WeChat tries now, not that it collected: query.
func (c *Client) Collect(ctx context.Context, outOrderNo string, frozen []byte) Result {
	return c.act(ctx, wechatpay.CollectOrder, "pay", outOrderNo, frozen)
}

func (c *Client) act(ctx context.Context, op wechatpay.Operation, action, outOrderNo string, frozen []byte) Result {
	a := c.wechat.Post(ctx, ActionPath(c.partner, outOrderNo, action), frozen)
	return resultOf(op, a, outOrderNo)
}

// resultOf decodes a Yes. One that does not decode, or that is about another order, proves nothing.
func resultOf(op wechatpay.Operation, a wechatpay.Answer, outOrderNo string) Result {
	r := Result{Answer: a}
	if a.Outcome == wechatpay.Yes && (len(a.Body) > 0 || op == wechatpay.QueryOrder || op == wechatpay.CreateOrder) {
		order, err := DecodeOrder(a.Body)
		if err != nil || order.OutOrderNo != outOrderNo {
			r.Outcome, r.Doubt, r.Unreadable = wechatpay.Unknown, wechatpay.DoubtUnreadable, err != nil
		} else {
			r.Order = order
		}
	}
	r.Verdict = wechatpay.Judge(op, r.Answer)
	return r
}
