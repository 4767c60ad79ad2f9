// Package process is the straight line of every service's main: read the configuration, connect to store and broker,
// build the service, run it until a signal. Clocks are real here: only the standalone binary scales time.
package process

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/dsn"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/merchant"
	"github.com/facepay-go/facepay/pkg/service"
)

// Config is what every service's process needs, the section "process" of its file.
type Config struct {
	// NATS is where the broker is.
	NATS NATS `yaml:"nats"`
	// Store is the service's own database: mongodb://…/name or sqlite:path.
	Store string `yaml:"store"`
	// StoreFile holds the store's URI instead, for one with a password in it.
	StoreFile string `yaml:"store_file"`
	// Merchants is the path of merchants.yaml.
	Merchants string `yaml:"merchants"`
	// StopWithin bounds the stop after a signal; 20s. What runs then is finished, what waits is left to the next start.
	StopWithin time.Duration `yaml:"stop_within"`

	Admin     service.AdminConfig     `yaml:"admin"`
	Log       service.LogConfig       `yaml:"log"`
	Telemetry service.TelemetryConfig `yaml:"telemetry"`
}

// NATS says how to reach the broker.
type NATS struct {
	// URL is one or more server URLs, separated by commas.
	URL string `yaml:"url"`
	// CredentialsFile holds NATS user credentials; empty for none.
	CredentialsFile string `yaml:"credentials_file"`
}

// Deps are what a service gets from its process.
type Deps struct {
	Docs      docstore.Store
	Bus       *bus.Bus
	Merchants *merchant.Book
	Clock     clock.Clock
	// HTTP calls providers; their clients bound each call themselves.
	HTTP      *http.Client
	Telemetry *service.Telemetry
	Log       *slog.Logger
	Version   string
}

// Service is what a service's New gives: parts in the order to start them.
type Service interface{ Parts() []service.Part }

// Broker says what a service is without its broker.
type Broker bool

const (
	// BrokerNeeded: it does not start without, and is not ready while the broker is away.
	BrokerNeeded Broker = true
	// BrokerLater: it has work without. It starts and is ready, and catches up when the broker is there.
	BrokerLater Broker = false
)

// file is the configuration file of a service.
type file[C service.Config] struct {
	Process Config `yaml:"process"`
	Service C      `yaml:"service"`
}

// Validate refuses what cannot work, naming the field.
func (f *file[C]) Validate() error {
	p := f.Process
	switch {
	case p.NATS.URL == "":
		return fault.Invalid("process.nats.url", "config_invalid", "is required")
	case (p.Store == "") == (p.StoreFile == ""):
		return fault.Invalid("process.store", "config_invalid", "give either store or store_file")
	case p.Merchants == "":
		return fault.Invalid("process.merchants", "config_invalid", "is required")
	case p.StopWithin <= 0:
		return fault.Invalid("process.stop_within", "config_invalid", "must be positive")
	}
	return f.Service.Validate()
}

// Main runs a service from `-config file` until SIGTERM or SIGINT and gives the exit code: 0 after an orderly stop. With
// -check it reads the configuration and merchants.yaml, connects to nothing, opens no secret, and gives 0 when both hold.
func Main[C service.Config, S Service](name, version string, need Broker, defaults C, build func(context.Context, C, Deps) (S, error)) int {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	path := flags.String("config", "/etc/facepay/"+name+".yaml", "configuration file")
	show := flags.Bool("version", false, "print the version and exit")
	check := flags.Bool("check", false, "read the configuration and merchants.yaml, say what is wrong with them, and exit")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return 2
	}
	if *show {
		fmt.Println(name, version)
		return 0
	}
	if *check {
		if err := tryOut(os.Stdout, name, *path, defaults); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			return 1
		}
		return 0
	}
	RoomyHeap()
	if err := run(context.Background(), os.Stderr, name, version, *path, need, defaults, build); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

// Load reads a service's configuration file over its defaults. Errors are Terminal and name file, line and field.
func Load[C service.Config](path string, defaults C) (Config, C, error) {
	f := &file[C]{Process: Config{StopWithin: 20 * time.Second}, Service: defaults}
	if err := service.LoadConfig(path, f); err != nil {
		return Config{}, defaults, err
	}
	return f.Process, f.Service, nil
}

func run[C service.Config, S Service](ctx context.Context, out io.Writer, name, version, path string, need Broker, defaults C,
	build func(context.Context, C, Deps) (S, error)) (err error) {
	cfg, own, err := Load(path, defaults)
	if err != nil {
		return err
	}
	log, err := service.NewLog(out, name, cfg.Log)
	if err != nil {
		return err
	}
	telemetry, err := service.NewTelemetry(ctx, name, version, cfg.Telemetry)
	if err != nil {
		return err
	}
	merchants, err := merchant.Load(cfg.Merchants)
	if err != nil {
		return err
	}
	uri, err := cfg.storeURI()
	if err != nil {
		return err
	}
	docs, err := dsn.Open(ctx, uri, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, docs.Close()) }()
	b, err := bus.Connect(bus.Options{
		URL: cfg.NATS.URL, Name: name, CredentialsFile: cfg.NATS.CredentialsFile, Patient: need == BrokerLater, Meters: telemetry.Meters,
	}, log)
	if err != nil {
		return err
	}
	defer b.Close()
	svc, err := build(ctx, own, Deps{
		Docs: docs, Bus: b, Merchants: merchants, Clock: clock.Real(), HTTP: HTTPClient(), Telemetry: telemetry, Log: log, Version: version,
	})
	if err != nil {
		return err
	}
	admin := service.NewAdmin(cfg.Admin, log, telemetry.Registry)
	admin.Check("store", docs.Ping)
	if need == BrokerNeeded {
		admin.Check("broker", b.Ping)
	}
	// A connection that NATS ended for good does not come back: the process ends, and whoever runs it starts it again.
	broker := service.Part{Name: "broker", Failed: b.Lost()}
	all := append([]service.Part{admin.Part(), telemetry.Part(), broker}, svc.Parts()...)
	return service.Run(ctx, log, cfg.StopWithin, append(all, admin.Gate())...)
}

func (c Config) storeURI() (string, error) {
	if c.StoreFile == "" {
		return c.Store, nil
	}
	secret, err := service.SecretFile(c.StoreFile, service.Between(1, 4096))
	if err != nil {
		return "", err
	}
	return string(secret.Bytes()), nil
}

// HTTPClient is a client for providers: keep-alive connections enough for a pool of errands, no cookies, no proxy magic
// beyond the environment's.
func HTTPClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 128
	return &http.Client{Transport: t}
}
