package door

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
)

// Listener serves a handler over HTTP, with the number of connections and every phase of one bounded.
type Listener struct {
	address  string
	limits   Connections
	server   *http.Server
	listener net.Listener
	failed   chan error
}

// NewListener listens on address (127.0.0.1:0 picks a free port) once its Part starts. A request has readWithin to
// arrive completely, body included; a connection that sends nothing is closed after the same time.
func NewListener(address string, handler http.Handler, readWithin time.Duration, limits Connections, log *slog.Logger) *Listener {
	return &Listener{
		address: address, limits: limits, failed: make(chan error, 1),
		server: &http.Server{
			Handler: handler, ReadTimeout: readWithin, WriteTimeout: readWithin + 5*time.Second, IdleTimeout: time.Minute,
			MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		},
	}
}

// URL is the base URL, "" before the Part started.
func (l *Listener) URL() string {
	if l.listener == nil {
		return ""
	}
	return "http://" + l.listener.Addr().String()
}

// Part listens; its stop finishes the requests that are under way.
func (l *Listener) Part() service.Part {
	return service.Part{Name: "door", Start: l.start, Stop: l.server.Shutdown, Failed: l.failed}
}

func (l *Listener) start(ctx context.Context) error {
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", l.address)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "door_listen", "listening for notifications")
	}
	l.listener = listener
	go func() {
		if err := l.server.Serve(l.limits.over(listener)); !errors.Is(err, http.ErrServerClosed) {
			l.failed <- err
		}
	}()
	return nil
}
