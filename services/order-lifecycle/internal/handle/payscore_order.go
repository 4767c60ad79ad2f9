package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
)

func (h handlers) payscoreOrder(ctx context.Context, e event.Event, m *notifyv1.PayScoreOrderNotified) error {
	return h.apply(ctx, e, m.GetServiceId(), order.Observed{Seen: wechat.Told(m)}, nil)
}
