package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

func (h handlers) faceResult(ctx context.Context, e event.Event, m *kioskv1.FaceResult) error {
	fact, wrong := wire.FaceResult(e, m)
	return h.apply(ctx, e, m.GetServiceId(), fact, wrong)
}
