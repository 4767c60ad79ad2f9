package service

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/facepay-go/facepay/pkg/fault"
)

// AdminConfig is the port for operators and the orchestrator. It has no login: keep it on loopback or a private network.
type AdminConfig struct {
	// Listen is host:port; 127.0.0.1:0 (any free port) when empty.
	Listen string `yaml:"listen"`
	// Pprof opens /debug/pprof. A heap profile can hold secrets.
	Pprof bool `yaml:"pprof"`
}

// Admin serves /healthz, /readyz, /metrics and, when configured, /debug/pprof.
type Admin struct {
	cfg      AdminConfig
	checks   *readiness
	server   *http.Server
	listener net.Listener
	failed   chan error
}

// NewAdmin makes the admin port; it listens once its Part starts.
func NewAdmin(cfg AdminConfig, log *slog.Logger, metrics prometheus.Gatherer) *Admin {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	a := &Admin{cfg: cfg, checks: &readiness{log: log}, failed: make(chan error, 1)}
	a.server = &http.Server{Handler: a.routes(metrics), ReadHeaderTimeout: 5 * time.Second}
	return a
}

func (a *Admin) routes(metrics prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.Handle("GET /readyz", a.checks)
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	if a.cfg.Pprof {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// Check adds a condition of /readyz. It is called for every probe, beside the others, with a ctx of two seconds.
// Checks are added before the Part starts.
func (a *Admin) Check(name string, check func(ctx context.Context) error) { a.checks.add(name, check) }

// URL is the port's base URL, "" before its Part started; it is not to be asked while it starts.
func (a *Admin) URL() string {
	if a.listener == nil {
		return ""
	}
	return "http://" + a.listener.Addr().String()
}

// Part listens. It comes first, so that it tells about starts and stops of all others.
func (a *Admin) Part() Part {
	return Part{Name: "admin", Start: a.listen, Stop: a.server.Shutdown, Failed: a.failed}
}

// Gate is the part that makes /readyz say yes. It comes last: the service is ready when all is started, and no longer
// ready before anything is stopped, so that an orchestrator sends nothing more.
func (a *Admin) Gate() Part {
	return Part{
		Name:  "ready",
		Start: func(context.Context) error { a.checks.open.Store(true); return nil },
		Stop:  func(context.Context) error { a.checks.open.Store(false); return nil },
	}
}

func (a *Admin) listen(ctx context.Context) error {
	var listening net.ListenConfig
	l, err := listening.Listen(ctx, "tcp", a.cfg.Listen)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "admin_listen", "listening for the admin port")
	}
	a.listener = l
	go func() {
		if err := a.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	}()
	return nil
}
