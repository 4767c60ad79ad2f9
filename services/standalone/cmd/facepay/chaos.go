package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/chaos"
	"github.com/facepay-go/facepay/services/standalone/progress"
)

func chaosCommand() *cobra.Command {
	o := chaos.Options{Orders: 1000, Kiosks: 256, Kills: 20, Lives: 50, Seed: 1, Mode: chaos.Whole, Replicas: 1, LogLevel: "info"}
	cmd := &cobra.Command{
		Use:   "chaos",
		Short: "drive customers through real processes that are killed at random moments, and audit every order",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(cli.Within("--orders", int64(o.Orders), 1, 1_000_000), cli.Within("--kills", int64(o.Kills), 0, 100_000),
				cli.Within("--lives", int64(o.Lives), 0, 100), cli.Within("--kiosks", int64(o.Kiosks), 1, 1000), cli.Within("--replicas", int64(o.Replicas), 1, 8)); err != nil {
				return err
			}
			o.Progress = progress.Output{Writer: os.Stderr, Terminal: isatty.IsTerminal(os.Stderr.Fd())}
			return runChaos(cmd, o)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Orders, "orders", o.Orders, "how many customers come")
	f.IntVar(&o.Kiosks, "kiosks", o.Kiosks, "how many are served at once")
	f.IntVar(&o.Kills, "kills", o.Kills, "how often a process is killed with -9; freezes, restarts, slow disks and clock jumps come on top")
	f.IntVar(&o.Lives, "lives", o.Lives, "of how many of a hundred customers the orders have a life of their own: cancel, modify, paid elsewhere, collect, refunds, the phone; 0 is the load of before")
	f.Uint64Var(&o.Seed, "seed", o.Seed, "decides customers, victims and faults; moments are the machine's")
	f.StringVar((*string)(&o.Mode), "mode", string(o.Mode), "run: facepay run as a whole; fleet: every service, the broker and the sandbox as processes of their own")
	f.IntVar(&o.Replicas, "replicas", o.Replicas, "of each service, in mode fleet; more than one need --store")
	f.StringVar(&o.Store, "store", "", "URI of a MongoDB server, in mode fleet; SQLite files in the data folder when empty")
	f.StringVar(&o.Bin, "bin", "", "folder of the programs; that of this one when empty")
	f.StringVar(&o.LogLevel, "log-level", o.LogLevel, "of the programs: debug, info, warn or error")
	f.BoolVar(&o.Keep, "keep", false, "keep data folder and logs also when everything holds")
	return cmd
}

func runChaos(cmd *cobra.Command, o chaos.Options) error {
	if o.Bin == "" {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		o.Bin = filepath.Dir(self)
	}
	var err error
	if o.Dir, err = os.MkdirTemp("", "facepay-chaos-"); err != nil {
		return err
	}
	report, err := chaos.Run(cmd.Context(), o)
	if err != nil {
		return fmt.Errorf("%w; data and logs in %s", err, o.Dir)
	}
	if err := report.Print(cmd.OutOrStdout()); err != nil {
		return err
	}
	if !report.Hold() {
		return fmt.Errorf("invariants broke with seed %d; data and logs in %s", o.Seed, o.Dir)
	}
	if o.Keep {
		fmt.Fprintln(cmd.ErrOrStderr(), "data and logs in", o.Dir)
		return nil
	}
	return os.RemoveAll(o.Dir)
}
