package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

func (h handlers) cancelRequested(ctx context.Context, e event.Event, m *deskv1.CancelRequested) error {
	fact, wrong := wire.CancelRequested(e, m)
	return h.apply(ctx, e, "", fact, wrong)
}

func (h handlers) amountModifyRequested(ctx context.Context, e event.Event, m *deskv1.AmountModifyRequested) error {
	fact, wrong := wire.AmountModifyRequested(e, m)
	return h.apply(ctx, e, "", fact, wrong)
}

func (h handlers) paidElsewhere(ctx context.Context, e event.Event, m *deskv1.PaidElsewhere) error {
	fact, wrong := wire.PaidElsewhere(e, m)
	return h.apply(ctx, e, "", fact, wrong)
}

func (h handlers) collectRequested(ctx context.Context, e event.Event, m *deskv1.CollectRequested) error {
	fact, wrong := wire.CollectRequested(e, m)
	return h.apply(ctx, e, "", fact, wrong)
}

func (h handlers) refundRequested(ctx context.Context, e event.Event, m *deskv1.RefundRequested) error {
	fact, wrong := wire.RefundRequested(e, m)
	return h.apply(ctx, e, "", fact, wrong)
}
