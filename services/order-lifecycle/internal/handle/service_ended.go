package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

func (h handlers) serviceEnded(ctx context.Context, e event.Event, m *kioskv1.ServiceEnded) error {
	fact, wrong := wire.ServiceEnded(e, m, h.Clock.Now())
	return h.apply(ctx, e, "", fact, wrong)
}

func (h handlers) serviceAborted(ctx context.Context, e event.Event, m *kioskv1.ServiceAborted) error {
	return h.apply(ctx, e, "", wire.ServiceAborted(e, m), nil)
}
