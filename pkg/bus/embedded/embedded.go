// Package embedded runs a NATS server inside the process, on deploy/nats/nats.conf: for `facepay run` and for tests.
package embedded

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	natsconf "github.com/facepay-go/facepay/deploy/nats"
)

// Server is a NATS server with JetStream. It runs from Start to Stop, and again from Again.
type Server struct {
	dir, address string
	url          string

	mu sync.Mutex
	// ns is nil while the server is stopped, or could not be started again.
	ns *server.Server
	// stopped is true from Stop to Again: Supervise leaves it alone.
	stopped bool
}

// Start runs a server that keeps its streams in dir and listens on address ("127.0.0.1:0" picks a free port).
func Start(dir, address string) (*Server, error) {
	ns, err := launch(dir, address)
	if err != nil {
		return nil, err
	}
	return &Server{dir: dir, address: ns.Addr().String(), url: ns.ClientURL(), ns: ns}, nil
}

func launch(dir, address string) (*server.Server, error) {
	opts := &server.Options{}
	conf := strings.ReplaceAll(natsconf.Conf, "$NATS_SERVER_NAME", "facepay-embedded")
	if err := opts.ProcessConfigString(conf); err != nil {
		return nil, fmt.Errorf("reading nats.conf: %w", err)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("nats address: %w", err)
	}
	if opts.Port, err = strconv.Atoi(port); err != nil {
		return nil, fmt.Errorf("nats address %s: port is not a number", address)
	}
	if opts.Port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	if err := free(address); err != nil {
		return nil, err
	}
	opts.Host, opts.StoreDir = host, dir
	opts.HTTPPort, opts.HTTPHost = 0, ""
	opts.NoSigs, opts.NoLog = true, true
	ns, err := server.NewServer(opts)
	if err != nil {
		return nil, fmt.Errorf("configuring nats: %w", err)
	}
	ns.Start()
	if !ns.ReadyForConnections(20 * time.Second) {
		ns.Shutdown()
		return nil, fmt.Errorf("nats on %s was not ready within 20 s (is the port or %s in use?)", address, dir)
	}
	return ns, nil
}

// free tells at once of an address in use, which the server would only show by never being ready.
func free(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("nats address: %w", err)
	}
	return l.Close()
}

// URL is where clients connect; it stays the same over Stop and Again.
func (s *Server) URL() string { return s.url }

// InProcessConn is a connection without the system between (nats.InProcessConnProvider). While the server is stopped it is
// refused, as a port that nobody listens on refuses.
func (s *Server) InProcessConn() (net.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ns == nil {
		return nil, errors.New("the server is down")
	}
	return s.ns.InProcessConn()
}

// Stop shuts the server down and waits until it is.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
	s.down()
}

// Again starts the server after Stop, at the same address with all it had.
func (s *Server) Again() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = false
	return s.up()
}

// Health is nil while the server runs and all its streams can be written: what GET /healthz of a NATS server answers.
func (s *Server) Health() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.health()
}

func (s *Server) health() error {
	if s.ns == nil {
		return errors.New("the server is down")
	}
	if h := s.ns.Healthz(&server.HealthzOptions{}); h.Error != "" {
		return errors.New(h.Error)
	}
	return nil
}

func (s *Server) up() (err error) {
	s.ns, err = launch(s.dir, s.address)
	return err
}

func (s *Server) down() {
	if s.ns != nil {
		s.ns.Shutdown()
		s.ns.WaitForShutdown()
		s.ns = nil
	}
}
