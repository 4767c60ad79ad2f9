package handle

import (
	"cmp"
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
)

func (h handlers) payscoreOrder(ctx context.Context, e event.Event, m *notifyv1.PayScoreOrderNotified) error {
	return h.Change(ctx, e.Merchant, e.Key, e.ID, func(t *errand.Turn) ([]order.Event, bool, error) {
		env, _, err := h.Env(t.Now, e.Merchant, cmp.Or(t.State.ServiceID, m.GetServiceId()))
		if err != nil {
			return nil, false, err
		}
		seen := wechat.Told(m)
		seen.Differs = h.Desks[e.Merchant].Differs(t.State, m)
		events, changed := t.State.Apply(env, order.Observed{Seen: seen})
		return events, changed, nil
	})
}
