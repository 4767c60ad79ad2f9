package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// listener is one HTTP server on its address.
type listener struct {
	net    net.Listener
	server *http.Server
	// release ends the context of every running call: what a timeout fault holds back would never end alone.
	release context.CancelFunc
}

func (l *listener) listen(address string, handler http.Handler, log *slog.Logger) error {
	opened, err := net.Listen("tcp", address)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "listen", "opening a listener")
	}
	calls, release := context.WithCancel(context.Background())
	l.net, l.release = opened, release
	l.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return calls },
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	go func() {
		if err := l.server.Serve(opened); !errors.Is(err, http.ErrServerClosed) {
			log.Error("the listener ended", "address", opened.Addr().String(), "error", err)
		}
	}()
	return nil
}

func (l *listener) url() string {
	if l.net == nil {
		return ""
	}
	return "http://" + l.net.Addr().String()
}

// close waits for running calls until ctx ends, then cuts them off. Calls that have begun to execute finish executing.
func (l *listener) close(ctx context.Context) error {
	if l.server == nil {
		return nil
	}
	l.release()
	if err := l.server.Shutdown(ctx); err == nil {
		return nil
	}
	if err := l.server.Close(); err != nil {
		return fault.Wrap(err, fault.Unclassified, "listener_close", "closing a listener")
	}
	return nil
}
