package wechat

import (
	"context"
	"errors"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// modifyRequest is the body of a modify (wechat-protocol.md §6.6).
type modifyRequest struct {
	AppID         string      `json:"appid"`
	ServiceID     string      `json:"service_id"`
	SubMchID      string      `json:"sub_mchid,omitempty" only:"partner"`
	PostPayments  []book.Line `json:"post_payments"`
	PostDiscounts []book.Line `json:"post_discounts"`
	TotalAmount   *money.Fen  `json:"total_amount"`
	Reason        string      `json:"reason"`
	Device        book.Device `json:"device"`
}

// modify is POST /v3/payscore/serviceorder/{out_order_no}/modify. Nothing is written about a repeat (§1.5): here it is
// checked like any other, so the same total again is not lower.
func (s *Server) modify(ctx context.Context, c *call) (any, error) {
	var request modifyRequest
	if refused := c.decode(&request); refused != nil {
		return nil, refused
	}
	p, refused := c.party(request.AppID, request.ServiceID, request.SubMchID)
	if refused != nil {
		return nil, refused
	}
	var shown book.Order
	_, err := s.Book.Change(ctx, c.merchant.MchID, c.PathValue("out_order_no"), func(o *book.Order) (bool, error) {
		if !p.has(o) {
			return false, unknownOrder()
		}
		shown = *o
		err := modifyOrder(c, &shown, &request, p.service)
		c.executed = err == nil && c.rule.Kind != plan.ModifyUndone
		if c.executed {
			*o = shown
		}
		return c.executed, err
	})
	if err != nil {
		return nil, modifyRefusal(err)
	}
	return queryAnswer(&shown), nil
}

// modifyOrder decides on the loaded order: its state first, then the fields. The cap needs no check: downwards only. Orders
// paid by a deposit, which cannot be modified, do not exist here.
func modifyOrder(c *call, o *book.Order, r *modifyRequest, service account.Service) error {
	if err := o.Pending(); err != nil {
		return err
	}
	f := fields{}
	f.payments(r.PostPayments, atCompletion)
	f.discounts(r.PostDiscounts, atCompletion)
	if service.SmartRetail {
		f.smartRetail(r.PostPayments, atCompletion)
	}
	f.total(r.PostPayments, r.PostDiscounts, r.TotalAmount)
	f.text("reason", r.Reason, 50)
	if f.refused != nil {
		return f.refused
	}
	return o.Modify(book.Modification{Items: r.PostPayments, Discounts: r.PostDiscounts, Total: *r.TotalAmount, Device: r.Device, At: c.now})
}

// modifyRefusal: how WeChat words an amount that is not lower is not written down; the words are ours.
func modifyRefusal(err error) error {
	switch {
	case errors.Is(err, book.NotLower):
		return &refusal{400, invalidRequest, "修改后的总金额必须小于当前总金额", 0, fieldDetail{"body", "total_amount", "必须小于当前总金额"}}
	case errors.Is(err, book.BelowPaid):
		return &refusal{400, invalidRequest, "修改后的总金额必须大于已收金额", 0, fieldDetail{"body", "total_amount", "必须大于已收金额"}}
	}
	return onlyPending(err)
}
