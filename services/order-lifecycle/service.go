// Package lifecycle is the order-lifecycle service: PayScore orders from the face result to the proof of payment.
package lifecycle

import (
	"context"
	"crypto/rand"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/jump"
	"github.com/facepay-go/facepay/pkg/wechatpay/upkeep"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/errand"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/handle"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
)

// Name is the service's name in the contract, in subjects and in logs.
const Name = "order-lifecycle"

// Service is the composed service.
type Service struct{ parts []service.Part }

// Parts are the running parts, in the order to start them.
func (s *Service) Parts() []service.Part { return s.parts }

// New opens keys and collections and composes the service; Parts run it. Errors are Terminal for configuration and
// keys, Retry when the store is away.
func New(ctx context.Context, cfg Config, d process.Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	desks, rings, err := desks(cfg, d)
	if err != nil {
		return nil, err
	}
	orders, err := aggregate.Open(ctx, errand.Spec(Name, cfg.HandledBound), aggregate.Deps{Docs: d.Docs, Events: d.Bus, Clock: d.Clock, Log: d.Log})
	if err != nil {
		return nil, err
	}
	meter := d.Telemetry.Meters.Meter(Name)
	tally, err := errand.NewTally(meter)
	if err != nil {
		return nil, err
	}
	if err := errand.WatchTimers(meter, orders, d.Clock); err != nil {
		return nil, err
	}
	pool := lane.New(cfg.Errands, cfg.ErrandsPerMerchant)
	life, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	x := &errand.Errands{
		Orders: orders, Desks: desks, Timers: cfg.Timers, TopUp: cfg.TopUp, Claim: cfg.Claim, Pool: pool, Clock: d.Clock, Log: d.Log, Tally: tally, Life: life,
	}
	subscription, err := d.Bus.Subscribe(Name, cfg.Consumers, handle.Handlers(x))
	if err != nil {
		giveUp()
		return nil, err
	}
	requests, err := service.NewRequests(Name, d.Version, cfg.Requests, service.RequestDeps{
		NATS: d.Bus.Conn(), Clock: d.Clock, Telemetry: d.Telemetry, Log: d.Log,
	})
	if err != nil {
		giveUp()
		return nil, err
	}
	service.Handle(requests, "story", handle.Story(x))
	service.Handle(requests, "receivables", handle.Receivables(x))
	service.Handle(requests, "order_jump", handle.OrderJump(x))
	return &Service{append(rings,
		// Stops run in reverse: intake first, then the errands it started, and their results are still saved and published.
		service.Part{Name: "errands", Stop: func(ctx context.Context) error { defer giveUp(); return pool.Drain(ctx) }},
		service.Loop("outbox", func(ctx context.Context) error { orders.SweepOutbox(ctx, cfg.SweepEvery); return ctx.Err() }),
		service.Loop("timers", func(ctx context.Context) error {
			orders.SweepDue(ctx, cfg.SweepEvery, cfg.Claim, x.Reserve)
			return ctx.Err()
		}),
		requests.Part(),
		service.Part{Name: "events", Start: subscription.Start, Stop: subscription.Stop},
	)}, nil
}

// desks opens one client per channel account and one desk per merchant. The parts keep the accounts' keys fresh.
func desks(cfg Config, d process.Deps) (map[string]*wechat.Desk, []service.Part, error) {
	options := wechatpay.Options{
		HTTP: d.HTTP, Clock: d.Clock, Nonce: rand.Text, Timeout: cfg.CallTimeout, Limits: cfg.Limits, Meters: d.Telemetry.Meters,
	}
	clients := map[string]*wechatpay.Client{}
	jumps := map[string]func() jump.Signer{}
	all := map[string]*wechat.Desk{}
	var kept []upkeep.Kept
	for _, m := range d.Merchants.Merchants() {
		a, _ := d.Merchants.AccountOf(m.ID) // a valid book has it
		if clients[a.ID] == nil {
			account, err := wechatpay.LoadAccount(*a, wechatpay.ToCall, wechatpay.ToSignV2)
			if err != nil {
				return nil, nil, err
			}
			ring, err := wechatpay.NewKeyRing(account, options)
			if err != nil {
				return nil, nil, err
			}
			client, err := wechatpay.NewClient(account, ring, options)
			if err != nil {
				return nil, nil, err
			}
			clients[a.ID] = client
			jumps[a.ID] = func() jump.Signer { return jump.Signer{MchID: a.WeChat.MchID, Key: account.APIv2()} } // of today
			kept = append(kept, upkeep.Kept{Account: account, Ring: ring})
		}
		all[m.ID] = wechat.NewDesk(m, notifyURL(cfg.PublicBase, a.ID), clients[a.ID], jumps[a.ID])
	}
	parts, err := upkeep.Parts(upkeep.Deps{
		Merchants: d.Merchants, Clock: d.Clock, Meters: d.Telemetry.Meters, Log: d.Log, Expiring: tellExpiring(d, d.Bus),
	}, kept...)
	return all, parts, err
}
