// Package authinfo hands kiosks what getUserPayScoreStatus needs: a number for the attempt and a WeChat credential
// (authinfo) for the terminal. It owns the sessions and their expiry, the credentials, sealed at rest, and what is known of
// users' authorisations (授权) of a service: whether an order without a face may be created, and who a face is.
package authinfo

import (
	"context"
	"crypto/rand"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"

	"github.com/facepay-go/facepay/services/authinfo/internal/document"
	"github.com/facepay-go/facepay/services/authinfo/internal/errand"
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
	docs, err := openDocuments(ctx, d)
	if err != nil {
		return nil, err
	}
	k, err := openKeys(cfg, d)
	if err != nil {
		return nil, err
	}
	desk, err := openIssuer(cfg, d, k, docs.credentials)
	if err != nil {
		return nil, err
	}
	requests, err := service.NewRequests(Name, d.Version, cfg.Requests, service.RequestDeps{
		NATS: d.Bus.Conn(), Clock: d.Clock, Telemetry: d.Telemetry, Log: d.Log,
	})
	if err != nil {
		return nil, err
	}
	life, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	w := openWork(life, cfg, d, k, docs)
	if err := errand.Watch(d.Telemetry.Meters.Meter(Name), map[string]errand.Late{"consent": w.consents, "termination": w.terminations}); err != nil {
		giveUp()
		return nil, err
	}
	serve(requests, cfg, d, k, docs, w, desk)
	events, err := d.Bus.Subscribe(Name, cfg.Workers, w.handlers(cfg, k, docs, desk))
	if err != nil {
		giveUp()
		return nil, err
	}
	due := &handle.SessionDue{Sessions: docs.sessions, Every: cfg.SweepEvery, Log: d.Log}
	// Stops run in reverse: intake first, then the calls it started, whose results are still saved and published.
	parts := append(k.parts, service.Part{Name: "calls", Stop: func(ctx context.Context) error { defer giveUp(); return w.drain(ctx) }})
	parts = append(parts, docs.sweeps(cfg.SweepEvery)...)
	return &Service{parts: append(parts,
		service.Loop("session timer", due.Sweep),
		timer("consent timer", docs.consents.SweepDue, cfg, w.consents.Reserve),
		timer("termination timer", docs.terminations.SweepDue, cfg, w.terminations.Reserve),
		service.Part{Name: "events", Start: events.Start, Stop: events.Stop},
		requests.Part(),
	)}, nil
}

// serve registers the requests.
func serve(r *service.Requests, cfg Config, d process.Deps, k keys, docs documents, w *work, desk *issuer.Issuer) {
	service.Handle(r, "open_session", (&handle.OpenSession{
		Merchants: d.Merchants, Sessions: docs.sessions, Credentials: desk, Clock: d.Clock, Random: rand.Reader, TTL: cfg.SessionTTL,
	}).Handle)
	service.Handle(r, "pre_authorise", (&handle.PreAuthorise{
		Desks: k.desks, PreAuthorisations: docs.preAuthorisations, Vault: k.vault, Timers: cfg.Consent, Mint: mint, Clock: d.Clock,
	}).Handle)
	service.Handle(r, "authorise_jump", (&handle.AuthoriseJump{Consents: docs.consents, Vault: k.vault, Clock: d.Clock}).Handle)
	service.Handle(r, "show_authorisation", (&handle.ShowAuthorisation{
		Desks: k.desks, Authorisations: docs.authorisations, Users: k.users,
	}).Handle)
	service.Handle(r, "terminate_authorisation", (&handle.TerminateAuthorisation{
		Desks: k.desks, Terminations: w.terminations, Users: k.users, Vault: k.vault, Clock: d.Clock,
	}).Handle)
	service.Handle(r, "story", (&handle.Story{Sessions: docs.sessions, Consents: docs.consents}).Handle)
}

// handlers are of the events.
func (w *work) handlers(cfg Config, k keys, docs documents, desk *issuer.Issuer) bus.Handlers {
	all := bus.Handlers{}
	bus.On(all, (&handle.FaceResult{Sessions: docs.sessions, Credentials: desk, Users: w.names}).Handle)
	bus.On(all, (&handle.ServiceRequested{
		Desks: k.desks, Consents: w.consents, Users: k.users, Vault: k.vault, Timers: cfg.Consent,
	}).Handle)
	bus.On(all, (&handle.PayScoreAuthorization{
		Authorisations: docs.authorisations, Terminations: docs.terminations, Waiting: docs.consents, Consents: w.consents, Timers: cfg.Consent,
	}).Handle)
	return all
}
