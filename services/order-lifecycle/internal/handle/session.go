package handle

import (
	"context"

	"github.com/facepay-go/facepay/pkg/event"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

func (h handlers) sessionOpened(ctx context.Context, e event.Event, m *authinfov1.SessionOpened) error {
	return h.apply(ctx, e, "", wire.SessionOpened(m), nil)
}

func (h handlers) sessionExpired(ctx context.Context, e event.Event, m *authinfov1.SessionExpired) error {
	return h.apply(ctx, e, "", order.SessionExpired{}, nil)
}
