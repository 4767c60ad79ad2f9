package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

func (h handlers) serviceRequested(ctx context.Context, e event.Event, m *kioskv1.ServiceRequested) error {
	fact, wrong := wire.ServiceRequested(e, m)
	return h.apply(ctx, e, m.GetServiceId(), fact, wrong)
}

func (h handlers) serviceAuthorised(ctx context.Context, e event.Event, _ *authinfov1.ServiceAuthorised) error {
	return h.apply(ctx, e, "", order.ServiceAuthorised{Waited: e.Waited}, nil)
}

func (h handlers) serviceNotAuthorised(ctx context.Context, e event.Event, m *authinfov1.ServiceNotAuthorised) error {
	return h.apply(ctx, e, "", order.ServiceDenied{Reason: m.GetReason()}, nil)
}
