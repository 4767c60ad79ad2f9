// Package callbackingest takes what WeChat Pay notifies us of: it verifies, stores, answers, and then publishes each fact
// once. It is the only door for notifications and owns every one ever received.
package callbackingest

import (
	"context"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/userkey"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/announce"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/door"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/handle"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// Name is the service's name in subjects and logs.
const Name = "callback-ingest"

// Counts are the numbers of this process since it started.
type Counts = tally.Counts

// Service is the composed service.
type Service struct {
	parts    []service.Part
	door     http.Handler
	listener *door.Listener
	tally    *tally.Tally
}

// New opens keys and collections and composes the service; Parts run it. Errors are Terminal for configuration and
// keys, Retry when the store is away.
func New(ctx context.Context, cfg Config, deps process.Deps) (*Service, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "config_invalid", Name)
	}
	accounts, refreshes, err := openKeys(cfg, deps)
	if err != nil {
		return nil, err
	}
	users, err := userkey.Load(cfg.UserKeyFile)
	if err != nil {
		return nil, err
	}
	notices, err := journal.Open(ctx, deps.Docs)
	if err != nil {
		return nil, err
	}
	counts, err := tally.New(deps.Telemetry.Meters, deps.Clock)
	if err != nil {
		return nil, err
	}
	requests, err := service.NewRequests(Name, deps.Version, cfg.Requests, service.RequestDeps{
		NATS: deps.Bus.Conn(), Clock: deps.Clock, Telemetry: deps.Telemetry, Log: deps.Log,
	})
	if err != nil {
		return nil, err
	}
	service.Handle(requests, "story", handle.Story(notices))

	router := route.New(deps.Merchants)
	committer := journal.NewCommitter(notices, cfg.CommitMost, cfg.StoreWithin)
	repeats := journal.NewRepeats(notices, deps.Clock, deps.Log)
	announcer := announce.New(announce.Deps{
		Bus: deps.Bus, Journal: notices, Router: router, Users: users,
		Tally: counts, Clock: deps.Clock, Log: deps.Log,
	}, announce.Pace{SweepEvery: cfg.SweepEvery, AdoptEvery: cfg.AdoptEvery, Settled: cfg.Settled, GiveWay: cfg.GiveWay})
	entrance := door.New(door.Deps{
		Accounts: accounts, Router: router, Store: committer.Store, Accepted: announcer.Offer, Repeated: repeats.Note,
		Tally: counts, Clock: deps.Clock, Tracer: deps.Telemetry.Tracers.Tracer("facepay"), Log: deps.Log,
	}, cfg.MaxInFlight)
	listener := door.NewListener(cfg.Listen, entrance, cfg.ReadWithin, door.Connections{
		Most: cfg.MaxConnections, PerSource: cfg.ConnectionsPerSource,
		Opened: counts.Connected, Closed: counts.Disconnected, Refused: counts.ConnectionRefused,
	}, deps.Log)
	retention := journal.Retention{
		Journal: notices, Clock: deps.Clock, Log: deps.Log, Keep: time.Duration(cfg.KeepDays) * 24 * time.Hour, Every: time.Hour,
	}
	// The door opens last and closes first, so that whoever came in is answered. Requests stop last: their goodbye waits
	// for the broker, which may be away.
	parts := append(refreshes,
		service.Part{Name: "topology", Start: func(ctx context.Context) error { return verify(ctx, deps) }},
		requests.Part(),
		service.Loop("repeats", repeats.Run),
		service.Loop("publishing", announcer.RunAtOnce),
		service.Loop("sweep", announcer.RunSweep),
		service.Loop("adoption", announcer.RunAdopt),
		service.Loop("retention", retention.Run),
		service.Loop("committing", committer.Run),
		listener.Part(),
	)
	return &Service{parts: parts, door: entrance, listener: listener, tally: counts}, nil
}

// verify refuses to run on a topology that drifted. A broker that is away is no reason to keep the door shut: what comes
// in waits in the store.
func verify(ctx context.Context, d process.Deps) error {
	err := d.Bus.Verify(ctx, Name)
	if fault.Is(err, fault.Retry) {
		d.Log.Warn("the topology is not verified, the broker is away", service.KeyError, err)
		return nil
	}
	return err
}

// Parts are the running parts, in the order to start them.
func (s *Service) Parts() []service.Part { return s.parts }

// URL is the door's base URL, http://host:port, "" before it is open. Notifications go to its /v1/notify/wechat/{account}.
func (s *Service) URL() string { return s.listener.URL() }

// Handler is the door without its listener, for load that must not pay for sockets. It needs the parts running.
func (s *Service) Handler() http.Handler { return s.door }

// Counts are the numbers since the service started, the same as on /metrics.
func (s *Service) Counts() Counts { return s.tally.Counts() }
