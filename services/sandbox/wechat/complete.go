package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// completeRequest is the body of a complete (wechat-protocol.md §6.4).
type completeRequest struct {
	AppID         string         `json:"appid"`
	ServiceID     string         `json:"service_id"`
	SubMchID      string         `json:"sub_mchid,omitempty" only:"partner"`
	PostPayments  []book.Line    `json:"post_payments"`
	PostDiscounts []book.Line    `json:"post_discounts"`
	TotalAmount   *money.Fen     `json:"total_amount"`
	TimeRange     book.TimeRange `json:"time_range"`
	Location      book.Location  `json:"location"`
	ProfitSharing bool           `json:"profit_sharing"`
	GoodsTag      string         `json:"goods_tag"`
	Device        book.Device    `json:"device"`
	// CompleteTime is for partner mode: ISO 8601 (§6.12). What it does is not written down: here nothing.
	CompleteTime string `json:"complete_time,omitempty" only:"partner"`
}

// complete is POST /v3/payscore/serviceorder/{out_order_no}/complete.
func (s *Server) complete(ctx context.Context, c *call) (any, error) {
	var request completeRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	p, refused := c.party(request.AppID, request.ServiceID, request.SubMchID)
	if refused != nil {
		return nil, refused
	}
	with, err := digest(&request)
	if err != nil {
		return nil, err
	}
	order, err := s.Book.Change(ctx, c.merchant.MchID, c.PathValue("out_order_no"), func(o *book.Order) (bool, error) {
		if !p.has(o) {
			return false, unknownOrder()
		}
		changed, err := s.completeOrder(c, o, &request, p.service, with)
		c.executed = changed
		return changed, err
	})
	if err != nil {
		return nil, refusalOf(err, "完结订单状态不合法")
	}
	if c.executed && order.Phase() == book.Unpaid {
		if err := s.beginCollection(ctx, c, order); err != nil {
			return nil, err
		}
	}
	return completeAnswer(&order), nil
}

// beginCollection lets the deduction run: by itself, or at once and announced when the early fault asks for it.
func (s *Server) beginCollection(ctx context.Context, c *call, order book.Order) error {
	if c.rule.Kind == plan.EarlyNotice {
		return s.collectEarly(ctx, order)
	}
	s.deductions.Wake()
	return nil
}

// completeOrder decides on the loaded order. Whether the order may be completed comes before the fields: a repeat is
// compared, not checked again.
func (s *Server) completeOrder(c *call, o *book.Order, r *completeRequest, service account.Service, with string) (bool, error) {
	if done, err := o.MayComplete(with); done || err != nil {
		return false, err
	}
	f := fields{}
	f.payments(r.PostPayments, atCompletion)
	f.discounts(r.PostDiscounts, atCompletion)
	if service.SmartRetail {
		f.smartRetail(r.PostPayments, atCompletion)
	}
	f.total(r.PostPayments, r.PostDiscounts, r.TotalAmount)
	f.endTimes(r.TimeRange, o.TimeRange, c.now)
	f.optional("location.end_location", r.Location.EndLocation, 50)
	f.require(r.Location.EndLocation == "" || o.Location.StartLocation != "", "location.end_location", "创建订单时未填写服务开始地点")
	f.optional("goods_tag", r.GoodsTag, 32)
	if r.CompleteTime != "" {
		_, err := time.Parse(time.RFC3339, r.CompleteTime)
		f.require(err == nil && len(r.CompleteTime) <= 64, "complete_time", "complete_time格式错误")
	}
	if f.refused != nil {
		return false, f.refused
	}
	if *r.TotalAmount > mostTotal(service, o) {
		return false, &refusal{400, invalidRequest, "订单总金额超过服务风险金额上限", internalAboveCap, fieldDetail{"body", "total_amount", "超过上限"}}
	}
	return o.Complete(book.Completion{Items: r.PostPayments, Discounts: r.PostDiscounts, Total: *r.TotalAmount, TimeRange: r.TimeRange,
		EndLocation: r.Location.EndLocation, Device: r.Device, With: with, At: c.now, DeductAt: c.now.Add(s.rules.DeductAfter)})
}

// mostTotal is the most an order may cost, by the service's risk mode, and by the order's own risk fund when it is
// deposit-free (先免, §6.4).
func mostTotal(service account.Service, o *book.Order) money.Fen {
	if service.RiskMode == account.Deposit || o.RiskFund.Name != account.UseFirst {
		return *o.RiskFund.Amount
	}
	return service.Cap
}

// refusalOf turns the book's errors into answers, with text for a state that does not fit; others pass.
func refusalOf(err error, text string) error {
	if reason, ok := errors.AsType[book.Refusal](err); ok {
		return ofBook(reason, text)
	}
	if fault.Is(err, fault.NotFound) {
		return unknownOrder()
	}
	return err
}
