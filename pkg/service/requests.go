package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
)

// RequestSubject is where an endpoint of a service listens. It is not under facepay.>, where a stream would swallow the
// request and answer in our place.
func RequestSubject(service, endpoint string) string {
	return "facepay-rpc." + service + "." + endpoint
}

// RequestsConfig bounds what requests may take. A zero field has its default.
type RequestsConfig struct {
	// Workers is how many requests run at once, over all endpoints of the process; 64.
	Workers int `yaml:"workers"`
	// PerMerchant is how many of them one merchant may hold; 16. A merchant that hangs takes no more than these.
	PerMerchant int `yaml:"per_merchant"`
	// Deadline is how long a request may take before its caller is told that the outcome is unknown; 10s.
	Deadline time.Duration `yaml:"deadline"`
}

// RequestDeps is what Requests work with; all of it is needed.
type RequestDeps struct {
	NATS      *nats.Conn
	Clock     clock.Clock
	Telemetry *Telemetry
	Log       *slog.Logger
}

// Requests answers the requests of one service as a NATS micro service. Micro runs one handler at a time per endpoint,
// so each request is handed to a bounded pool.
type Requests struct {
	service, version string
	cfg              RequestsConfig
	deps             RequestDeps
	lanes            *lane.Pool
	meter            *requestMeter
	endpoints        []*endpoint
	micro            micro.Service
}

// NewRequests makes the service's request side; Handle adds endpoints, and Part answers. version is a semantic version.
func NewRequests(service, version string, cfg RequestsConfig, deps RequestDeps) (*Requests, error) {
	if cfg.Workers == 0 {
		cfg.Workers = 64
	}
	if cfg.PerMerchant == 0 {
		cfg.PerMerchant = min(16, cfg.Workers)
	}
	if cfg.Deadline == 0 {
		cfg.Deadline = 10 * time.Second
	}
	if cfg.Workers < 0 || cfg.PerMerchant < 0 || cfg.PerMerchant > cfg.Workers || cfg.Deadline < 0 {
		return nil, fault.Invalid("requests", "requests_limits", "needs workers ≥ per_merchant > 0 and deadline > 0")
	}
	meter, err := newRequestMeter(deps.Telemetry.Meters)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "telemetry", "making the request metrics")
	}
	return &Requests{
		service: service, version: version, cfg: cfg, deps: deps,
		lanes: lane.New(cfg.Workers, cfg.PerMerchant), meter: meter,
	}, nil
}

// Handle adds an endpoint, before the Part starts. The handler's ctx ends at the deadline; the handler must then return,
// and its result is no longer sent. An error answers with its class, code, field and text; one without a class, and a
// panic, answer 500 internal and are logged. A request that has a field request_id must fill it. The limit per merchant counts by the field merchant of the request; requests
// without one count as one merchant together.
func Handle[Req, Resp proto.Message](r *Requests, name string, handler func(ctx context.Context, req Req) (Resp, error)) {
	var req Req
	var resp Resp
	r.endpoints = append(r.endpoints, &endpoint{
		Requests: r,
		name:     name,
		request:  req.ProtoReflect().Type(),
		reply:    resp.ProtoReflect().Descriptor().FullName(),
		stats:    newEndpointStats(),
		handler: func(ctx context.Context, m proto.Message) (proto.Message, error) {
			return handler(ctx, m.(Req))
		},
	})
}

// Part answers requests. Its stop refuses new ones, finishes those that run and sends their answers.
func (r *Requests) Part() Part { return Part{Name: "requests", Start: r.start, Stop: r.stop} }

// startWait bounds the broker's first answer.
const startWait = 5 * time.Second

func (r *Requests) start(ctx context.Context) error {
	for _, e := range r.endpoints {
		if err := e.checkContract(); err != nil {
			return err
		}
	}
	m, err := micro.AddService(r.deps.NATS, micro.Config{
		Name: r.service, Version: r.version, Description: "facepay " + r.service, StatsHandler: r.statsOf,
	})
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "requests_start", "adding the micro service")
	}
	for _, e := range r.endpoints {
		if err := m.AddEndpoint(e.name, e, micro.WithEndpointSubject(RequestSubject(r.service, e.name)), e.metadata()); err != nil {
			_ = m.Stop() // the first error is the one to tell
			return fault.Wrap(err, fault.Terminal, "requests_start", "adding endpoint "+e.name)
		}
	}
	r.micro = m
	// The broker knows the endpoints once it answered this. nats.go refuses to wait without a deadline.
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	if err := r.flush(ctx); err != nil {
		// nats.go subscribes again by itself when the broker is back.
		r.deps.Log.Warn("requests wait for the broker", KeyError, err)
	}
	return nil
}

// stop: what the broker delivered before it saw our leaving is refused with a retry, so nothing waits for its caller's
// timeout.
func (r *Requests) stop(ctx context.Context) error {
	if err := r.micro.Stop(); err != nil {
		return fault.Wrap(err, fault.Retry, "requests_stop", "leaving the endpoints")
	}
	if err := r.lanes.Drain(ctx); err != nil {
		return err
	}
	if !r.deps.NATS.IsConnected() { // nobody is left to hear an answer
		return nil
	}
	if err := r.flush(ctx); err != nil {
		return fault.Wrap(err, fault.Retry, "broker_away", "sending the last answers")
	}
	return nil
}

// flush waits for the broker to have everything we sent, at most flushTime.
func (r *Requests) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	return r.deps.NATS.FlushWithContext(ctx)
}

func (r *Requests) statsOf(m *micro.Endpoint) any {
	for _, e := range r.endpoints {
		if e.name == m.Name {
			return e.stats.snapshot()
		}
	}
	return nil
}
