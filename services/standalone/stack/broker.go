package stack

import (
	"context"
	"path/filepath"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/service"
)

// broker is the embedded NATS server, and where it is started again.
type broker struct {
	server       *embedded.Server
	dir, address string
}

func (s *Stack) startBroker(ctx context.Context, o Options) error {
	s.broker = broker{dir: filepath.Join(o.Dir, "nats"), address: o.NATS}
	if err := s.StartBroker(); err != nil {
		return err
	}
	s.onStop("", func(context.Context) error { s.StopBroker(); return nil })
	s.NATSURL = s.broker.server.URL()
	var err error
	if s.Bus, err = s.connect(""); err != nil {
		return err
	}
	return s.Bus.Apply(ctx, bus.Profile{Replicas: 1})
}

// StopBroker takes the broker away and leaves everything else running. StartBroker brings it back at the same address
// with all it had; the services find it again by themselves.
func (s *Stack) StopBroker() { s.broker.server.Stop() }

// StartBroker starts the broker after StopBroker.
func (s *Stack) StartBroker() (err error) {
	s.broker.server, err = embedded.Start(s.broker.dir, s.broker.address)
	return err
}

// connect opens a connection to the broker for a service, or the stack's own for "".
func (s *Stack) connect(of string) (*bus.Bus, error) {
	name := of
	if name == "" {
		name = "standalone"
	}
	b, err := bus.Connect(bus.Options{URL: s.NATSURL, Name: name}, s.log.With(service.KeyService, name))
	if err != nil {
		return nil, err
	}
	s.onStop(of, func(context.Context) error { b.Close(); return nil })
	go s.watch(name, service.Part{Name: "broker", Failed: b.Lost()})
	return b, nil
}
