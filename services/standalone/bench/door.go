package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/dsn"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/process"
	"github.com/facepay-go/facepay/pkg/service"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// version of the services in the bench.
const version = "0.0.0-bench"

// stops undo what was started, the last first.
type stops []func(context.Context) error

func (s *stops) add(stop func(context.Context) error) { *s = append(*s, stop) }

func (s stops) run(ctx context.Context) error {
	var errs []error
	for _, stop := range slices.Backward(s) {
		errs = append(errs, stop(ctx))
	}
	return errors.Join(errs...)
}

// broker is an embedded NATS server of its own with facepay's streams, on the configuration of production.
func broker(ctx context.Context, dir string, r *run, s *stops) (*bus.Bus, error) {
	server, err := embedded.Start(dir, "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.add(func(context.Context) error { server.Stop(); return nil })
	b, err := bus.Connect(bus.Options{URL: server.URL(), Name: "bench"}, r.log)
	if err != nil {
		return nil, err
	}
	s.add(func(context.Context) error { b.Close(); return nil })
	return b, b.Apply(ctx, bus.Profile{Replicas: 1})
}

// door is callback-ingest alone, as its process wires it, with a broker and an SQLite store of its own.
type door struct {
	stops
	service *callbackingest.Service
	bus     *bus.Bus
	// told is how many different facts it was told.
	told int
}

// openDoor starts it in dir, a folder made by stack.Init.
func openDoor(ctx context.Context, dir string, book *merchant.Book, r *run) (_ *door, err error) {
	d := &door{}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.run(context.WithoutCancel(ctx)))
		}
	}()
	if d.bus, err = broker(ctx, filepath.Join(dir, "nats"), r, &d.stops); err != nil {
		return nil, err
	}
	docs, err := dsn.Open(ctx, "sqlite:"+filepath.Join(dir, callbackingest.Name+".db"), callbackingest.Name)
	if err != nil {
		return nil, err
	}
	d.add(func(context.Context) error { return docs.Close() })
	telemetry, err := service.NewTelemetry(ctx, callbackingest.Name, version, service.TelemetryConfig{})
	if err != nil {
		return nil, err
	}
	cfg := callbackingest.Default()
	cfg.Listen, cfg.UserKeyFile = "127.0.0.1:0", filepath.Join(dir, "keys", "user_key.txt")
	d.service, err = callbackingest.New(ctx, cfg, process.Deps{
		Docs: docs, Bus: d.bus, Merchants: book, Clock: clock.Real(), HTTP: process.HTTPClient(), Telemetry: telemetry,
		Log: r.log.With(service.KeyService, callbackingest.Name), Version: version,
	})
	if err != nil {
		return nil, err
	}
	for _, p := range d.service.Parts() {
		if p.Start != nil {
			if err := p.Start(ctx); err != nil {
				return nil, fmt.Errorf("starting %s: %w", p.Name, err)
			}
		}
		if p.Stop != nil {
			d.add(p.Stop)
		}
	}
	return d, nil
}

// address is host:port.
func (d *door) address() (string, error) {
	u, err := url.Parse(d.service.URL())
	if err != nil {
		return "", err
	}
	return u.Host, nil
}

// published waits until the broker has stored the events of all facts that were told.
func (d *door) published(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		events, err := d.events(ctx)
		switch {
		case err != nil:
			return err
		case events >= d.told:
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("%d of %d published: %w", events, d.told, ctx.Err())
		}
	}
}

// events is how many the broker has. It is asked only when the door's own count, which may have a repeated publication
// twice, says that they may be complete.
func (d *door) events(ctx context.Context) (int, error) {
	if counted := int(d.service.Counts().Published); counted < d.told {
		return counted, nil
	}
	js, err := jetstream.New(d.bus.Conn())
	if err != nil {
		return 0, err
	}
	stream, err := js.Stream(ctx, "NOTIFY")
	if err != nil {
		return 0, err
	}
	return int(stream.CachedInfo().State.Msgs), nil
}

// check holds that every fact was stored once and published once, and every repeat known.
func (d *door) check(ctx context.Context, repeats int) error {
	events, err := d.events(ctx)
	if err != nil {
		return err
	}
	c := d.service.Counts()
	if c.Outcomes["accepted"] != int64(d.told) || c.Outcomes["duplicate"] != int64(repeats) || events != d.told {
		return fmt.Errorf("%d facts and %d repeats were told; %v, %d events", d.told, repeats, c.Outcomes, events)
	}
	return nil
}

// folder makes a development folder for one account whose provider is nowhere, and loads its merchants.
func folder(dir string) (*merchant.Book, error) {
	if err := stack.Init(dir, "http://127.0.0.1:1", "http://127.0.0.1:2", clock.Real().Now()); err != nil {
		return nil, err
	}
	return merchant.Load(filepath.Join(dir, "merchants.yaml"))
}
