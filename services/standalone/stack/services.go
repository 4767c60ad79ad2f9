package stack

import (
	"context"
	"fmt"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/services/authinfo"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
)

// replica makes one replica of a service from what a process of its own would give it.
type replica func(ctx context.Context, number int, d process.Deps) (process.Service, error)

// startServices starts all replicas of all services. The first replica of callback-ingest has the address that
// providers are told.
func (s *Stack) startServices(ctx context.Context, o Options, cfg Configs, files *folder) error {
	book, err := files.merchants(s.Sandbox.URL())
	if err != nil {
		return err
	}
	for _, each := range []struct {
		name string
		make replica
	}{
		{lifecycle.Name, func(ctx context.Context, _ int, d process.Deps) (process.Service, error) {
			return lifecycle.New(ctx, cfg.Order, d)
		}},
		{callbackingest.Name, func(ctx context.Context, number int, d process.Deps) (process.Service, error) {
			return s.ingest(ctx, number, cfg.Ingest, d)
		}},
		{authinfo.Name, func(ctx context.Context, _ int, d process.Deps) (process.Service, error) {
			return authinfo.New(ctx, cfg.Authinfo, d)
		}},
	} {
		docs, err := s.openStore(ctx, o, each.name)
		if err != nil {
			return err
		}
		for number := range o.Replicas {
			if err := s.startReplica(ctx, each.name, number, docs, book, each.make); err != nil {
				return err
			}
		}
	}
	return nil
}

// startReplica starts one replica with a bus connection of its own; the store is shared, as replicas share a database.
func (s *Stack) startReplica(ctx context.Context, name string, number int, docs docstore.Store, book *merchant.Book, make replica) error {
	b, err := s.connect(name)
	if err != nil {
		return err
	}
	telemetry, err := service.NewTelemetry(ctx, name, version, service.TelemetryConfig{})
	if err != nil {
		return err
	}
	svc, err := make(ctx, number, process.Deps{
		Docs: docs, Bus: b, Merchants: book, Clock: s.Clock, HTTP: process.HTTPClient(), Telemetry: telemetry,
		Log: s.log.With(service.KeyService, name), Version: version,
	})
	if err != nil {
		return err
	}
	for _, p := range svc.Parts() {
		if err := s.startPart(ctx, name, p); err != nil {
			return err
		}
	}
	return nil
}

// ingest makes a replica of callback-ingest; all but the first listen on free ports.
func (s *Stack) ingest(ctx context.Context, number int, cfg callbackingest.Config, d process.Deps) (*callbackingest.Service, error) {
	if number > 0 {
		free, err := FreeAddress()
		if err != nil {
			return nil, err
		}
		cfg.Listen = free
	}
	svc, err := callbackingest.New(ctx, cfg, d)
	if number == 0 {
		s.Ingest = svc
	}
	s.Doors = append(s.Doors, "http://"+cfg.Listen)
	return svc, err
}

func (s *Stack) startPart(ctx context.Context, name string, p service.Part) error {
	if p.Start != nil {
		if err := p.Start(ctx); err != nil {
			return fmt.Errorf("starting %s of %s: %w", p.Name, name, err)
		}
	}
	if p.Stop != nil {
		s.onStop(name, p.Stop)
	}
	if p.Failed != nil {
		go s.watch(name, p)
	}
	return nil
}

// watch passes on that a part ended by itself. It ends with the process: a part that works says nothing.
func (s *Stack) watch(name string, p service.Part) {
	err := <-p.Failed
	select {
	case s.failed <- fmt.Errorf("%s of %s failed: %w", p.Name, name, err):
	default: // somebody else failed first
	}
}
