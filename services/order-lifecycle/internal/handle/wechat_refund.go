package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
)

// wechatRefund takes a notification about a refund to the order whose number is in the refund's. A refund that somebody
// made in the merchant portal has a number of his own, or names an order that we do not have: the day's bill will show it.
func (h handlers) wechatRefund(ctx context.Context, e event.Event, m *notifyv1.WeChatRefundNotified) error {
	outOrderNo, requestID, ours := order.SplitRefundNo(m.GetOutRefundNo())
	if !ours {
		h.Log.WarnContext(ctx, "a refund that we did not ask for", "merchant", e.Merchant, "out_refund_no", m.GetOutRefundNo())
		return nil
	}
	fact := order.RefundTold{RequestID: requestID, Seen: wechat.ToldRefund(m)}
	return h.Change(ctx, e.Merchant, outOrderNo, e.ID, func(t *errand.Turn) ([]order.Event, bool, error) {
		env, _, err := h.Env(t.Now, e.Merchant, t.State.ServiceID)
		if err != nil || t.New {
			return nil, false, err
		}
		events, changed := t.State.Apply(env, fact)
		return events, changed, nil
	})
}
