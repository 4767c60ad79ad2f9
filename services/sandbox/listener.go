package sandbox

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// listener is one HTTP server on its address.
type listener struct {
	net    net.Listener
	server *http.Server
	// release ends the context of every running call: what a timeout fault holds back would never end alone.
	release context.CancelFunc
	silent  silent
}

// silent are connections on which nothing was said yet. Clients open them in advance, and Shutdown would wait five
// seconds for a first word.
type silent struct {
	mu    sync.Mutex
	conns map[net.Conn]bool
}

func (s *silent) note(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state == http.StateNew {
		s.conns[c] = true
	} else {
		delete(s.conns, c)
	}
}

func (s *silent) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close() // nobody waits for anything on it
	}
}

func (l *listener) listen(address string, handler http.Handler, log *slog.Logger) error {
	opened, err := net.Listen("tcp", address)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "listen", "opening a listener")
	}
	calls, release := context.WithCancel(context.Background())
	l.net, l.release = opened, release
	l.silent.conns = map[net.Conn]bool{}
	l.server = &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return calls },
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ConnState: l.silent.note}
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
	l.silent.close()
	if err := l.server.Shutdown(ctx); err == nil {
		return nil
	}
	if err := l.server.Close(); err != nil {
		return fault.Wrap(err, fault.Unclassified, "listener_close", "closing a listener")
	}
	return nil
}
