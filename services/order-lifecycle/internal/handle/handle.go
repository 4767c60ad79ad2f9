// Package handle takes each incoming event and request to the order it is about: one file per event.
package handle

import (
	"cmp"
	"context"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Handlers are all events this service listens to.
func Handlers(x *errand.Errands) bus.Handlers {
	h := handlers{x}
	hs := bus.Handlers{}
	bus.On(hs, h.sessionOpened)
	bus.On(hs, h.sessionExpired)
	bus.On(hs, h.faceResult)
	bus.On(hs, h.serviceEnded)
	bus.On(hs, h.serviceAborted)
	bus.On(hs, h.serviceRequested)
	bus.On(hs, h.serviceAuthorised)
	bus.On(hs, h.serviceNotAuthorised)
	bus.On(hs, h.cancelRequested)
	bus.On(hs, h.amountModifyRequested)
	bus.On(hs, h.paidElsewhere)
	bus.On(hs, h.collectRequested)
	bus.On(hs, h.refundRequested)
	bus.On(hs, h.payscoreOrder)
	bus.On(hs, h.wechatRefund)
	return hs
}

type handlers struct{ *errand.Errands }

// apply lets a fact work on the order e is about. wrong is a fault of the fact itself, found while reading it: the order
// answers it as a rejection. service is the one the fact names; empty takes the order's own.
func (h handlers) apply(ctx context.Context, e event.Event, service string, f order.Fact, wrong error) error {
	return h.Change(ctx, e.Merchant, e.Key, e.ID, func(t *errand.Turn) ([]order.Event, bool, error) {
		env, terms, err := h.Env(t.Now, e.Merchant, cmp.Or(service, t.State.ServiceID))
		if err != nil {
			return nil, false, err
		}
		refusal := wrong
		switch f.(type) {
		case order.FaceSucceeded, order.FaceFailed, order.ServiceRequested:
			refusal = cmp.Or(wrong, terms)
		}
		if refusal != nil {
			events, changed := t.State.Reject(env, f, refusal)
			return events, changed, nil
		}
		events, changed := t.State.Apply(env, f)
		return events, changed, nil
	})
}
