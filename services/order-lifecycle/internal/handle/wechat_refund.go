package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/event"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
)

// wechatRefund takes a notification about a refund to its order: the one that the refund's number names, else the one whose payment
// it gives back. A refund that somebody made in the merchant portal has a number of his own. One that is of no order of ours is
// left to the day's bill.
func (h handlers) wechatRefund(ctx context.Context, e event.Event, m *notifyv1.WeChatRefundNotified) error {
	fact := order.RefundTold{OutRefundNo: m.GetOutRefundNo(), Seen: wechat.ToldRefund(m)}
	outOrderNo, requestID, ours := order.SplitRefundNo(m.GetOutRefundNo())
	if ours {
		fact.RequestID = requestID
		found, err := h.refundTold(ctx, e, outOrderNo, fact)
		if found || err != nil {
			return err
		}
		fact.RequestID = "" // the number only looks like ours
	}
	outOrderNo, err := h.orderOfPayment(ctx, e.Merchant, m.GetTransactionId())
	if err != nil {
		return err
	}
	if outOrderNo == "" {
		h.Log.WarnContext(ctx, "a refund of no order of ours", "merchant", e.Merchant, "out_refund_no", m.GetOutRefundNo())
		return nil
	}
	_, err = h.refundTold(ctx, e, outOrderNo, fact)
	return err
}

// refundTold applies the fact; found is false when there is no such order.
func (h handlers) refundTold(ctx context.Context, e event.Event, outOrderNo string, fact order.RefundTold) (found bool, err error) {
	found = true // also of an order that took the notification before
	err = h.Change(ctx, e.Merchant, outOrderNo, e.ID, func(t *errand.Turn) ([]order.Event, bool, error) {
		if found = !t.New; t.New {
			return nil, false, nil
		}
		env, _, err := h.Env(t.Now, e.Merchant, t.State.ServiceID)
		if err != nil {
			return nil, false, err
		}
		events, changed := t.State.Apply(env, fact)
		return events, changed, nil
	})
	return found, err
}

// orderOfPayment is the number of the merchant's order that WeChat collected by the transaction; empty for none.
func (h handlers) orderOfPayment(ctx context.Context, merchant, transactionID string) (string, error) {
	if transactionID == "" {
		return "", nil
	}
	for _, index := range errand.PaymentIndexes() {
		page, err := h.Orders.Documents().Find(ctx, docstore.Query{Index: index, Equal: []any{merchant, transactionID}, Limit: 1})
		if err != nil {
			return "", err
		}
		if len(page.Records) > 0 {
			return page.Records[0].Doc.State.OutOrderNo, nil
		}
	}
	return "", nil
}
