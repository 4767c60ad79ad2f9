package wechat

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// syncRequest is the body of a sync (wechat-protocol.md §6.7).
type syncRequest struct {
	AppID     string     `json:"appid"`
	ServiceID string     `json:"service_id"`
	SubMchID  string     `json:"sub_mchid,omitempty" only:"partner"`
	Type      string     `json:"type"`
	Detail    syncDetail `json:"detail"`
}

type syncDetail struct {
	PaidTime string `json:"paid_time"`
	// Seq and PaidAmount are for partner mode (§6.12). What they do is not written down: here the order is paid as a whole, and
	// an amount must be what is due.
	Seq        int        `json:"seq" only:"partner"`
	PaidAmount *money.Fen `json:"paid_amount" only:"partner"`
}

const paidTimeField = "detail.paid_time"

// sync is POST /v3/payscore/serviceorder/{out_order_no}/sync: the merchant was paid elsewhere. Nothing is written about a
// repeat (§1.5): here the order is done, whoever asks again.
func (s *Server) sync(ctx context.Context, c *call) (any, error) {
	var request syncRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	p, refused := c.party(request.AppID, request.ServiceID, request.SubMchID)
	if refused != nil {
		return nil, refused
	}
	order, err := s.Book.Change(ctx, c.merchant.MchID, c.PathValue("out_order_no"), func(o *book.Order) (bool, error) {
		if !p.has(o) {
			return false, unknownOrder()
		}
		err := syncOrder(c, o, &request)
		c.executed = err == nil
		return c.executed, err
	})
	if err != nil {
		return nil, onlyPending(err)
	}
	return queryAnswer(&order), nil
}

// syncOrder decides on the loaded order: its state first, then the fields.
func syncOrder(c *call, o *book.Order, r *syncRequest) error {
	if err := o.Pending(); err != nil {
		return err
	}
	f := fields{}
	f.require(r.Type == "Order_Paid", "type", "type必须为Order_Paid")
	if r.Detail.PaidAmount != nil {
		f.require(*r.Detail.PaidAmount == o.Total-o.Paid(), "detail.paid_amount", "收款金额与待支付金额不一致")
	}
	paidAt := f.paidTime(r.Detail.PaidTime, o.CompletedAt, c.now)
	if f.refused != nil {
		return f.refused
	}
	return o.Sync(paidAt)
}

// paidTime checks start_time < completion < paid_time ≤ now (§6.7); a completed order has started. Documents disagree
// whether a day means its first or its last second: here a day must fit both ways, and is stored as its first.
func (f *fields) paidTime(text string, completed, now time.Time) time.Time {
	f.require(text != "", paidTimeField, "收款成功时间不能为空")
	first := f.moment(paidTimeField, text)
	last := first.Time
	if first.day {
		last = last.Add(endOfADay - time.Second)
	}
	f.require(first.After(completed), paidTimeField, "收款成功时间必须晚于完结服务订单的时间")
	f.require(!last.After(now), paidTimeField, "收款成功时间不能晚于调用接口时间")
	return first.Time
}
