package wechat

import (
	"encoding/json"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/pkg/wechatpay/refund"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Modify writes the request for a lower total (wechat-protocol.md §6.6).
func (d *Desk) Modify(o *order.Order, e order.End, reason string, _ time.Time) ([]byte, error) {
	var f deskv1.AmountModifyRequested
	if err := proto.Unmarshal(e.Details, &f); err != nil {
		return nil, fault.New(fault.Terminal, "event_malformed", "the amount_modify_requested does not decode")
	}
	service, err := d.service(o.ServiceID)
	if err != nil {
		return nil, err
	}
	completed, err := completion(o)
	if err != nil {
		return nil, err
	}
	payments, discounts := items(f.GetPostPayments(), f.GetPostDiscounts())
	r := payscore.ModifyRequest{
		AppID: d.appID(), SubMchID: d.merchant.WeChat.SubMchID, ServiceID: service.ID,
		PostPayments: payments, PostDiscounts: discounts, TotalAmount: e.Total, Reason: reason,
	}
	if err := r.Validate(service, completed); err != nil {
		return nil, err
	}
	return payscore.Freeze(r)
}

// Sync writes the word that the customer paid elsewhere (wechat-protocol.md §6.7): at the second he paid, or, when that does
// not lie behind the completion, at the first that does. A Retry tells how long that second has still to come.
func (d *Desk) Sync(o *order.Order, paidAt, now time.Time) ([]byte, error) {
	completed, err := completion(o)
	if err != nil {
		return nil, err
	}
	paidTime, err := completed.PaidTime(paidAt, now)
	if err != nil {
		return nil, err
	}
	r := payscore.SyncRequest{
		AppID: d.appID(), SubMchID: d.merchant.WeChat.SubMchID, ServiceID: o.ServiceID, Type: payscore.OrderPaid,
		Detail: payscore.SyncDetail{PaidTime: paidTime},
	}
	if err := r.Validate(completed, now); err != nil {
		return nil, err
	}
	return payscore.Freeze(r)
}

// Collect writes the wish that WeChat deducts now (wechat-protocol.md §6.8). It has nothing that could break a rule.
func (d *Desk) Collect(o *order.Order) []byte {
	body, _ := payscore.Freeze(payscore.CollectRequest{AppID: d.appID(), SubMchID: d.merchant.WeChat.SubMchID, ServiceID: o.ServiceID})
	return body
}

// Refund writes a refund of one payment (wechat-protocol.md §9.1). Its spacing from the one before is the order's timer.
func (d *Desk) Refund(o *order.Order, r order.Refund, now time.Time) ([]byte, error) {
	p := refund.Payment{TransactionID: r.TransactionID, Amount: r.Total, PaidAt: now, Refunded: o.Returning(r.TransactionID)}
	for _, c := range o.Collections {
		if c.TransactionID == r.TransactionID && !c.PaidAt.IsZero() {
			p.PaidAt = c.PaidAt
		}
	}
	for _, other := range o.Refunds {
		if other.TransactionID == r.TransactionID && other.State != order.RefundRefused {
			p.Refunds++
		}
	}
	request := refund.CreateRequest{
		SubMchID: d.merchant.WeChat.SubMchID, TransactionID: r.TransactionID, OutRefundNo: order.OutRefundNo(o.OutOrderNo, r.RequestID),
		Reason: r.Reason, NotifyURL: d.notifyURL, Amount: refund.AmountAsked{Refund: r.Amount, Total: r.Total, Currency: refund.CNY},
	}
	if err := request.Validate(p, now); err != nil {
		return nil, err
	}
	return refund.Freeze(request)
}

// completion is the order as its completion, or the last modify, left it.
func completion(o *order.Order) (payscore.Completed, error) {
	var opened payscore.CreateRequest
	if err := json.Unmarshal(o.Create.Body, &opened); err != nil {
		return payscore.Completed{}, fault.New(fault.Terminal, "create_unreadable", "the stored create request does not decode")
	}
	return payscore.Completed{Total: o.Total(), RiskFund: opened.RiskFund.Amount, RiskFundName: opened.RiskFund.Name, At: o.CompletedAt()}, nil
}
