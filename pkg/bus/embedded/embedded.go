// Package embedded runs a NATS server inside the process, on deploy/nats/nats.conf: for `facepay run` and for tests.
package embedded

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	natsconf "github.com/facepay-go/facepay/deploy/nats"
)

// Server is a running NATS server with JetStream.
type Server struct{ ns *server.Server }

// Start runs a server that keeps its streams in dir and listens on address ("127.0.0.1:0" picks a free port).
func Start(dir, address string) (*Server, error) {
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
	return &Server{ns}, nil
}

// free tells at once of an address in use, which the server would only show by never being ready.
func free(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("nats address: %w", err)
	}
	return l.Close()
}

// URL is where clients connect.
func (s *Server) URL() string { return s.ns.ClientURL() }

// Stop shuts the server down and waits until it is.
func (s *Server) Stop() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}
