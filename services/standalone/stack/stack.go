// Package stack is the whole of facepay in one process: embedded NATS, a store per service, the sandbox as WeChat, and
// all services, wired as production wires them — over NATS and HTTP.
package stack

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/dsn"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/services/authinfo"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
	lifecycle "github.com/facepay-go/facepay/services/order-lifecycle"
	"github.com/facepay-go/facepay/services/sandbox"
)

// Options say how to run. Zero addresses are free loopback ports.
type Options struct {
	// Dir is the data folder.
	Dir string
	// Scale runs services and sandbox faster than real time together.
	Scale int
	// NATS, Door, Provider and Control are listen addresses: broker, webhooks, the sandbox as WeChat, its control API.
	NATS, Door, Provider, Control string
	// Store gives each service's store URI; nil is an SQLite file in Dir.
	Store func(service string) string
	// Book is where the sandbox, WeChat's stand-in, keeps what it knows; nil is as Store says.
	Book docstore.Store
	// Replicas is how many of each service run, on one store and one broker; 0 is 1.
	Replicas int
	// Partner adds a partner account (服务商) with the merchant it serves, PartnerMerchant, to the development merchant.
	Partner bool
	// Twice runs every handler of an event twice before its message is settled, for tests: see Stack.Contradictions.
	Twice bool
	// Tune changes the services' configurations before they start; nil leaves the defaults.
	Tune func(*Configs)
	Log  *slog.Logger
}

// Configs are the configurations of everything in the stack.
type Configs struct {
	Authinfo authinfo.Config
	Order    lifecycle.Config
	Ingest   callbackingest.Config
	Sandbox  sandbox.Config
}

// Stack is running. Its parts are stopped by Stop, in the reverse order of their start.
type Stack struct {
	// Bus is a connection of the stack's own, for whoever drives it.
	Bus   *bus.Bus
	Clock clock.Clock
	// Ingest is the first replica of callback-ingest, Doors are the base URLs of all.
	Ingest  *callbackingest.Service
	Doors   []string
	Sandbox *sandbox.Sandbox
	// NATSURL is where clients connect.
	NATSURL string

	log    *slog.Logger
	broker *embedded.Server
	twice  bool
	buses  []*bus.Bus
	stops  []stop
	failed chan error
}

// Failed gives the first error by which a part of a service ended by itself. Whoever runs the stack then stops it.
func (s *Stack) Failed() <-chan error { return s.failed }

const (
	// version of the services in the stack.
	version = "0.0.0-standalone"
	// sandboxName names the sandbox where services have theirs.
	sandboxName = "sandbox"
)

// Start brings everything up; when it returns, kiosks may come. After an error nothing is left running. A folder that
// another stack has is Terminal, folder_in_use, and is not touched.
func Start(ctx context.Context, o Options) (_ *Stack, err error) {
	s := &Stack{log: o.Log, twice: o.Twice, failed: make(chan error, 1)}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
		}
	}()
	release, err := lockFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	s.onStop("", func(context.Context) error { return release() })
	if err := o.complete(); err != nil {
		return nil, err
	}
	if s.Clock, err = openClock(o.Dir, o.Scale, clock.Real().Now()); err != nil {
		return nil, err
	}
	files, err := openFolder(o.Dir, s.Clock.Now())
	if err != nil {
		return nil, err
	}
	if o.Partner {
		if err := files.openPartner(s.Clock.Now()); err != nil {
			return nil, err
		}
	}
	if err := s.startBroker(ctx, o); err != nil {
		return nil, err
	}
	cfg := Configs{Authinfo: authinfo.Default(), Order: lifecycle.Default(), Ingest: callbackingest.Default()}
	cfg.Authinfo.SealKeys, cfg.Authinfo.UserKeyFile, cfg.Ingest.UserKeyFile = files.sealKeys, files.userKey, files.userKey
	cfg.Ingest.Listen, cfg.Order.PublicBase, cfg.Authinfo.PublicBase = o.Door, "http://"+o.Door, "http://"+o.Door
	cfg.Sandbox = sandboxConfig(o, files)
	if o.Tune != nil {
		o.Tune(&cfg)
	}
	if err := s.startSandbox(ctx, o, cfg.Sandbox); err != nil {
		return nil, err
	}
	return s, s.startServices(ctx, o, cfg, files)
}

// complete fills what was left out.
func (o *Options) complete() error {
	o.Replicas = max(o.Replicas, 1)
	for _, address := range []*string{&o.NATS, &o.Door, &o.Provider, &o.Control} {
		if *address == "" {
			free, err := FreeAddress()
			if err != nil {
				return err
			}
			*address = free
		}
	}
	if o.Store == nil {
		o.Store = func(name string) string { return "sqlite:" + filepath.Join(o.Dir, name+".db") }
	}
	return nil
}

func (s *Stack) openStore(ctx context.Context, o Options, name string) (docstore.Store, error) {
	docs, err := dsn.Open(ctx, o.Store(name), name)
	if err != nil {
		return nil, err
	}
	s.onStop(name, func(context.Context) error { return docs.Close() })
	return docs, nil
}

func (s *Stack) startSandbox(ctx context.Context, o Options, cfg sandbox.Config) error {
	docs := o.Book
	if docs == nil {
		opened, err := s.openStore(ctx, o, sandboxName)
		if err != nil {
			return err
		}
		docs = opened
	}
	var err error
	s.Sandbox, err = sandbox.New(cfg, sandbox.Deps{
		Clock: s.Clock, Store: docs, Log: o.Log.With(service.KeyService, sandboxName), Random: rand.Reader,
	})
	if err != nil {
		return err
	}
	s.onStop(sandboxName, s.Sandbox.Stop)
	return s.Sandbox.Start(ctx)
}
