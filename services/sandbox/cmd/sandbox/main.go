// Command sandbox is WeChat Pay on your machine. Without a configuration it makes one, with development keys, in the
// data folder.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/services/sandbox"
)

func main() {
	data := flag.String("data", "data/sandbox", "folder for the book, and for keys and configuration made on first use")
	config := flag.String("config", "", "configuration file; <data>/sandbox.yaml when empty")
	scale := flag.Int("scale", 1, "how many times faster than real time the sandbox lives; its callers must live as fast")
	list := flag.Bool("scenarios", false, "list the scenarios and end")
	var own paths
	flag.Var(&own, "scenario", "a scenario file of your own, in force from the start; may be repeated")
	flag.Parse()
	if *list {
		if err := listScenarios(own, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "sandbox:", err)
			os.Exit(1)
		}
		return
	}
	if *scale < 1 || *scale > 1000 {
		fmt.Fprintf(os.Stderr, "sandbox: -scale must be 1 to 1000, not %d\n", *scale)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := run(ctx, *data, *config, own, clock.Scaled(*scale), log); err != nil {
		log.Error("the sandbox ended", "error", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, data, path string, own []string, clk clock.Clock, log *slog.Logger) error {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return err
	}
	if path == "" {
		path = filepath.Join(data, "sandbox.yaml")
		if err := sandbox.WriteFirstConfig(path); err != nil {
			return err
		}
	}
	config, err := sandbox.LoadConfig(path, clk.Now())
	if err != nil {
		return err
	}
	config.ScenarioFiles = own
	store, err := sqlite.Open(ctx, filepath.Join(data, "sandbox.db"))
	if err != nil {
		return err
	}
	s, err := sandbox.New(config, sandbox.Deps{Clock: clk, Store: store, Log: log, Random: rand.Reader})
	if err != nil {
		return errors.Join(err, store.Close())
	}
	if err := s.Start(ctx); err != nil {
		return errors.Join(err, store.Close())
	}
	fmt.Printf("WeChat Pay  %s\ncontrol     %s\nconfig      %s\n", s.URL(), s.ControlURL(), path)
	<-ctx.Done()
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return errors.Join(s.Stop(ending), store.Close())
}
