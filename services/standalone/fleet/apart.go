package fleet

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// ApartOptions say how to run every service as a program of its own.
type ApartOptions struct {
	// Dir is the data folder, Bin the folder of all programs: nats-server, sandbox, authinfo, order-lifecycle,
	// callback-ingest.
	Dir, Bin string
	// Replicas of each service; more than one need a Store.
	Replicas int
	// Store is the URI of a MongoDB server, without a database: each service gets one of its own, named Run_service.
	// Empty: an SQLite file for each service in Dir.
	Store, Run string
	// LogLevel of the services, info when empty.
	LogLevel string
}

// StartApart writes the configurations, starts broker, sandbox and services, and waits until all are ready.
func StartApart(ctx context.Context, o ApartOptions) (*System, error) {
	if o.Replicas > 1 && o.Store == "" {
		return nil, fmt.Errorf("%d replicas need a store to share: an SQLite file is for one process", o.Replicas)
	}
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	s, err := newSystem(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := s.startApart(ctx, o); err != nil {
		s.Abandon()
		return nil, err
	}
	return s, nil
}

func (s *System) startApart(ctx context.Context, o ApartOptions) error {
	// broker, its monitor, sandbox, its control; per replica of three services an admin port; a door per replica.
	at, err := freeAddresses(4 + o.Replicas*(len(serviceNames)+1))
	if err != nil {
		return err
	}
	set := settings{Dir: o.Dir, NATS: at[0], Monitor: at[1], Provider: at[2], Control: at[3], Level: o.LogLevel}
	if set.Level == "" {
		set.Level = "info"
	}
	s.NATS, s.Control = "nats://"+set.NATS, "http://"+set.Control
	doors, admins := at[4:4+o.Replicas], at[4+o.Replicas:]
	front, err := openPorch(doors)
	if err != nil {
		return err
	}
	s.closers = append(s.closers, front.server.Close)
	set.Door = front.url
	if err := stack.Init(o.Dir, "http://"+set.Provider, set.Door, time.Now()); err != nil {
		return err
	}
	if err := s.prepareStore(&o); err != nil {
		return err
	}
	if err := s.startProvider(ctx, o, set); err != nil {
		return err
	}
	if err := s.startBroker(ctx, o, set); err != nil {
		return err
	}
	for i, name := range serviceNames {
		for r := range o.Replicas {
			set.Admin, set.Listen = admins[i*o.Replicas+r], doors[r]
			set.Store = o.store(name)
			if err := s.startService(ctx, o, set, name, r+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepareStore puts a moat before a store that is shared.
func (s *System) prepareStore(o *ApartOptions) (err error) {
	if o.Store == "" {
		return nil
	}
	s.tidy = o.dropDatabases
	if s.Moat, o.Store, err = digMoat(o.Store); err != nil || s.Moat == nil {
		return err
	}
	s.closers = append(s.closers, s.Moat.close)
	return nil
}

func (s *System) startProvider(ctx context.Context, o ApartOptions, set settings) error {
	config, err := set.write("sandbox.yaml", sandboxFile)
	if err != nil {
		return err
	}
	s.Provider = s.add("sandbox", filepath.Join(o.Bin, "sandbox"), answers(s.Control+"/control/wechat/book?limit=1"),
		"-config", config, "-data", filepath.Join(o.Dir, "sandbox"))
	return up(ctx, s.Provider)
}

// startBroker starts the broker and applies the topology, as an operator does once per release.
func (s *System) startBroker(ctx context.Context, o ApartOptions, set settings) error {
	config, err := set.writeBroker()
	if err != nil {
		return err
	}
	p := s.add(Broker, filepath.Join(o.Bin, "nats-server"), answers("http://"+set.Monitor+"/healthz"), "-c", config)
	p.env = []string{"NATS_SERVER_NAME=fleet"}
	if err := up(ctx, p); err != nil {
		return err
	}
	b, err := bus.Connect(bus.Options{URL: s.NATS, Name: "topology"}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer b.Close()
	return b.Apply(ctx, bus.Profile{Replicas: 1})
}

// Broker is the name of the broker's process.
const Broker = "nats-server"

func (s *System) startService(ctx context.Context, o ApartOptions, set settings, name string, replica int) error {
	called := name
	if o.Replicas > 1 {
		called += "-" + strconv.Itoa(replica)
	}
	config, err := set.write(called+".yaml", serviceFiles[name])
	if err != nil {
		return err
	}
	return up(ctx, s.add(called, filepath.Join(o.Bin, name), answers("http://"+set.Admin+"/readyz"), "-config", config))
}

// store is a service's own store.
func (o ApartOptions) store(service string) string {
	if o.Store == "" {
		return "sqlite:" + filepath.Join(o.Dir, service+".db")
	}
	server, options, _ := strings.Cut(o.Store, "?")
	uri := strings.TrimRight(server, "/") + "/" + o.database(service)
	if options != "" {
		uri += "?" + options
	}
	return uri
}

func (o ApartOptions) database(service string) string { return o.Run + "_" + service }
