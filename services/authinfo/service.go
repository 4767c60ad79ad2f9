// Package authinfo hands kiosks what getUserPayScoreStatus needs: a number for the attempt and a WeChat credential
// (authinfo) for the terminal. It owns the sessions and their expiry, and the credentials, sealed at rest.
package authinfo

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/seal"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay/upkeep"

	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/handle"
	"github.com/facepay-go/facepay/services/authinfo/internal/issuer"
)

// Name is the service's name in subjects, consumers and logs.
const Name = document.Owner

// Service is the composed service.
type Service struct{ parts []service.Part }

// Parts are the running parts, in the order to start them.
func (s *Service) Parts() []service.Part { return s.parts }

// New opens keys and collections and composes the service; Parts run it. Errors are Terminal for configuration and
// keys, Retry when the store is away.
func New(ctx context.Context, cfg Config, d process.Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "config_invalid", Name)
	}
	documents := aggregate.Deps{Docs: d.Docs, Events: d.Bus, Clock: d.Clock, Log: d.Log}
	sessions, err := document.OpenSessions(ctx, documents)
	if err != nil {
		return nil, err
	}
	credentials, err := document.OpenCredentials(ctx, documents)
	if err != nil {
		return nil, err
	}
	desk, keys, err := openIssuer(cfg, d, credentials)
	if err != nil {
		return nil, err
	}
	requests, err := service.NewRequests(Name, d.Version, cfg.Requests, service.RequestDeps{
		NATS: d.Bus.Conn(), Clock: d.Clock, Telemetry: d.Telemetry, Log: d.Log,
	})
	if err != nil {
		return nil, err
	}
	service.Handle(requests, "open_session", (&handle.OpenSession{
		Merchants: d.Merchants, Sessions: sessions, Credentials: desk, Clock: d.Clock, Random: rand.Reader, TTL: cfg.SessionTTL,
	}).Handle)
	service.Handle(requests, "story", (&handle.Story{Sessions: sessions}).Handle)

	handlers := bus.Handlers{}
	bus.On(handlers, (&handle.FaceResult{Sessions: sessions, Credentials: desk}).Handle)
	events, err := d.Bus.Subscribe(Name, cfg.Workers, handlers)
	if err != nil {
		return nil, err
	}
	due := &handle.SessionDue{Sessions: sessions, Every: cfg.SweepEvery, Log: d.Log}
	return &Service{parts: append(keys,
		sweep("session outbox", sessions.SweepOutbox, cfg.SweepEvery),
		sweep("credential outbox", credentials.SweepOutbox, cfg.SweepEvery),
		service.Loop("session timer", due.Sweep),
		service.Part{Name: "events", Start: events.Start, Stop: events.Stop},
		requests.Part(),
	)}, nil
}

func sweep(name string, run func(context.Context, time.Duration), every time.Duration) service.Part {
	return service.Loop(name, func(ctx context.Context) error {
		run(ctx, every)
		return nil
	})
}

// openIssuer opens the keys that seal credentials and those that ask WeChat for them. The parts keep the latter those of
// their files.
func openIssuer(cfg Config, d process.Deps, credentials document.Credentials) (*issuer.Issuer, []service.Part, error) {
	keys, err := seal.LoadKeys(cfg.SealKeys)
	if err != nil {
		return nil, nil, err
	}
	sealer, err := seal.New(keys, rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	answers, err := d.Telemetry.Meters.Meter(Name).Int64Counter("facepay_authinfo_wechat_answers")
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.Terminal, "telemetry", "making the answer counter")
	}
	weChat, err := issuer.OpenWeChat(d.Merchants, issuer.WeChatDeps{
		HTTP: d.HTTP, Clock: d.Clock, Nonce: rand.Text, Timeout: cfg.WeChatTimeout, Answers: answers, Log: d.Log,
	})
	if err != nil {
		return nil, nil, err
	}
	parts, err := upkeep.Parts(upkeep.Deps{Merchants: d.Merchants, Clock: d.Clock, Meters: d.Telemetry.Meters, Log: d.Log}, weChat.Kept...)
	if err != nil {
		return nil, nil, err
	}
	return issuer.New(cfg.CredentialMargin, cfg.Requests.Deadline, issuer.Deps{
		Credentials: credentials, WeChat: weChat, Sealer: sealer, Clock: d.Clock, Log: d.Log,
	}), parts, nil
}
