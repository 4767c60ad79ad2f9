package handle

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/event"
	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

// asked is apply for a request of the back office. Its id is that of the request; what is handled is one message of it: the same
// request in another message, with another time of sending, gets its answer again.
func (h handlers) asked(ctx context.Context, e event.Event, sent *timestamppb.Timestamp, f order.Fact, wrong error) error {
	e.ID += "@" + sent.AsTime().Format(time.RFC3339Nano)
	return h.apply(ctx, e, "", f, wrong)
}

func (h handlers) cancelRequested(ctx context.Context, e event.Event, m *deskv1.CancelRequested) error {
	fact, wrong := wire.CancelRequested(e, m)
	return h.asked(ctx, e, m.GetOccurredAt(), fact, wrong)
}

func (h handlers) amountModifyRequested(ctx context.Context, e event.Event, m *deskv1.AmountModifyRequested) error {
	fact, wrong := wire.AmountModifyRequested(e, m)
	return h.asked(ctx, e, m.GetOccurredAt(), fact, wrong)
}

func (h handlers) paidElsewhere(ctx context.Context, e event.Event, m *deskv1.PaidElsewhere) error {
	fact, wrong := wire.PaidElsewhere(e, m)
	return h.asked(ctx, e, m.GetOccurredAt(), fact, wrong)
}

func (h handlers) collectRequested(ctx context.Context, e event.Event, m *deskv1.CollectRequested) error {
	fact, wrong := wire.CollectRequested(e, m)
	return h.asked(ctx, e, m.GetOccurredAt(), fact, wrong)
}

func (h handlers) refundRequested(ctx context.Context, e event.Event, m *deskv1.RefundRequested) error {
	fact, wrong := wire.RefundRequested(e, m)
	return h.asked(ctx, e, m.GetOccurredAt(), fact, wrong)
}
