package demo

import (
	"context"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// shop is one merchant's side of the demo: his gateway, who listens for it, and his service without confirmation.
type shop struct {
	*kiosk.Gateway
	tracker, users *kiosk.Tracker
	service        string
}

// shops are the development merchant, and the one whom the partner account serves.
type shops struct {
	own, served *shop
	clock       clock.Clock
}

func openShops(ctx context.Context, s *stack.Stack, kiosks int) (*shops, error) {
	own, tracker, err := s.Gateway(ctx, jetstream.DeliverNewPolicy, kiosks)
	if err != nil {
		return nil, err
	}
	all := &shops{clock: s.Clock, own: &shop{Gateway: own, tracker: tracker, service: stack.ServiceID}}
	served, tracker, err := s.PartnerGateway(ctx, jetstream.DeliverNewPolicy, kiosks)
	if err != nil {
		all.close()
		return nil, err
	}
	all.served = &shop{Gateway: served, tracker: tracker, service: stack.PartnerServiceID}
	for _, shop := range []*shop{all.own, all.served} {
		if shop.users, err = kiosk.TrackAuthinfo(ctx, shop.JS, shop.Merchant, jetstream.DeliverNewPolicy); err != nil {
			all.close()
			return nil, err
		}
	}
	return all, nil
}

// of is the shop that a customer visits.
func (a *shops) of(v *visit) *shop {
	if v.scenario.served {
		return a.served
	}
	return a.own
}

// close stops the listening.
func (a *shops) close() {
	for _, shop := range []*shop{a.own, a.served} {
		if shop == nil {
			continue
		}
		shop.tracker.Stop()
		if shop.users != nil {
			shop.users.Stop()
		}
	}
}

// events is how many events came on the ORDER stream.
func (a *shops) events() int { return a.own.tracker.Total() + a.served.tracker.Total() }

// said is what was said of a visit's order.
func (a *shops) said(v *visit) []kiosk.Said { return a.of(v).tracker.Of(v.number) }
