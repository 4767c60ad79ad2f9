package stack

import (
	"context"
	"path/filepath"
	"sync"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/service"
)

// superviseEvery is how often the broker's health is looked at, in machine time.
const superviseEvery = 2 * time.Second

func (s *Stack) startBroker(ctx context.Context, o Options) (err error) {
	if s.broker, err = embedded.Start(filepath.Join(o.Dir, "nats"), o.NATS); err != nil {
		return err
	}
	life, end := context.WithCancel(context.Background())
	var supervising sync.WaitGroup
	supervising.Go(func() { s.broker.Supervise(life, superviseEvery, s.log) })
	s.onStop("", func(context.Context) error {
		end()
		supervising.Wait()
		s.StopBroker()
		return nil
	})
	s.NATSURL = s.broker.URL()
	if s.Bus, err = s.connect(""); err != nil {
		return err
	}
	return s.Bus.Apply(ctx, bus.Profile{Replicas: 1})
}

// StopBroker takes the broker away and leaves everything else running. StartBroker brings it back at the same address
// with all it had; the services find it again by themselves.
func (s *Stack) StopBroker() { s.broker.Stop() }

// StartBroker starts the broker after StopBroker.
func (s *Stack) StartBroker() error { return s.broker.Again() }

// connect opens a connection to the broker for a service, or the stack's own for "".
func (s *Stack) connect(of string) (*bus.Bus, error) {
	name := of
	if name == "" {
		name = "standalone"
	}
	b, err := bus.Connect(bus.Options{URL: s.NATSURL, InProcess: s.broker, Name: name, DeliverTwice: s.twice}, s.log.With(service.KeyService, name))
	if err != nil {
		return nil, err
	}
	s.buses = append(s.buses, b)
	s.onStop(of, func(context.Context) error { b.Close(); return nil })
	go s.watch(name, service.Part{Name: "broker", Failed: b.Lost()})
	return b, nil
}

// Contradictions is how many events had another outcome when their handler ran again (Options.Twice): each is a handler
// that is not idempotent, and the log names it.
func (s *Stack) Contradictions() (n int64) {
	for _, b := range s.buses {
		n += b.Contradictions()
	}
	return n
}
