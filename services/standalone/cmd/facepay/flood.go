package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/flood"
)

func floodCommand() *cobra.Command {
	var data string
	o := flood.Options{Seed: 1, Forged: 100_000, OverHTTP: 10_000, Valid: 20_000, Orders: 100}
	cmd := &cobra.Command{
		Use:   "flood",
		Short: "send forged and repeated notifications by the million: none forged is accepted, what is genuine has its effect once",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(
				cli.Within("--forged", o.Forged, 0, 1_000_000_000), cli.Within("--over-http", o.OverHTTP, 0, 1_000_000_000),
				cli.Within("--valid", o.Valid, 0, 8_000_000), cli.Within("--orders", int64(o.Orders), 0, 100_000),
			); err != nil {
				return err
			}
			dir := data
			if dir == "" {
				var err error
				if dir, err = os.MkdirTemp("", "facepay-flood-"); err != nil {
					return err
				}
			}
			// Every refusal is a line, ten million of them: errors only.
			log, closeLog, err := fileLog(dir, "error")
			if err != nil {
				return err
			}
			defer closeLog()
			o.Dir, o.Log, o.Progress = dir, log, drawFlood(isatty.IsTerminal(os.Stderr.Fd()))
			report, err := flood.Run(cmd.Context(), o)
			if err := errors.Join(err, report.Print(cmd.OutOrStdout())); err != nil {
				return fmt.Errorf("%w (data and log in %s)", err, dir)
			}
			if !report.Hold() {
				return fmt.Errorf("promises broke; data and log in %s", dir)
			}
			if data == "" {
				return os.RemoveAll(dir)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&data, "data", "", "empty folder for stores, streams and log; a temporary one, removed after success, when empty")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "decides what is forged, and who is told what, when and how often")
	f.Int64Var(&o.Forged, "forged", o.Forged, "notifications that must not be accepted")
	f.Int64Var(&o.OverHTTP, "over-http", o.OverHTTP, "how many of them go through sockets; the others go to the door's handler")
	f.Int64Var(&o.Valid, "valid", o.Valid, "genuine deliveries, four of each fact on average")
	f.IntVar(&o.Orders, "orders", o.Orders, "orders whose payment is told over and over")
	return cmd
}

// drawFlood draws how far a part is: one line rewritten on a terminal, one every ten seconds elsewhere.
func drawFlood(terminal bool) func(what string, done, of int64) {
	var mu sync.Mutex
	var last time.Time
	every := 10 * time.Second
	if terminal {
		every = 200 * time.Millisecond
	}
	return func(what string, done, of int64) {
		mu.Lock()
		defer mu.Unlock()
		if time.Since(last) < every && done < of {
			return
		}
		last = time.Now()
		if terminal {
			fmt.Fprintf(os.Stderr, "\r%s %d of %d   ", what, done, of)
			return
		}
		fmt.Fprintf(os.Stderr, "%s %d of %d\n", what, done, of)
	}
}
