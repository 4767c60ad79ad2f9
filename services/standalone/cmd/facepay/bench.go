package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/bench"
)

func benchCommand() *cobra.Command {
	o := bench.Options{Rounds: 3}
	out, profile, data := "bench.json", "", ""
	cmd := &cobra.Command{
		Use:       "bench [" + strings.Join(bench.Parts(), "|") + "|all]",
		Short:     "measure on this machine: a table, and bench.json",
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		ValidArgs: append(bench.Parts(), "all"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if err := cli.Within("--rounds", int64(o.Rounds), 1, 99); err != nil {
				return err
			}
			o.Parts = bench.Parts()
			if len(args) == 1 && args[0] != "all" {
				o.Parts = args
			}
			if o.Dir, err = os.MkdirTemp(data, "facepay-bench-"); err != nil {
				return err
			}
			o.Progress = cmd.ErrOrStderr()
			if profile != "" {
				if !slices.Contains(o.Parts, "ingest") && !slices.Contains(o.Parts, "orders") {
					return errors.New("--cpuprofile: a profile is taken of ingest or orders")
				}
				file, err := os.Create(profile)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, file.Close()) }()
				o.Profile = file
			}
			return runBench(cmd, o, out)
		},
	}
	f := cmd.Flags()
	f.IntVar(&o.Rounds, "rounds", o.Rounds, "how often each figure is taken; medians are reported")
	f.BoolVar(&o.Quick, "quick", false, "loads so small that the figures mean nothing: shows that everything works")
	f.StringVar(&out, "out", out, "where the machine-readable report goes")
	f.StringVar(&profile, "cpuprofile", "", "write a CPU profile of the first measured round of ingest or orders")
	f.StringVar(&data, "data", "", "folder on the disk to measure; the system's temporary folder when empty")
	return cmd
}

func runBench(cmd *cobra.Command, o bench.Options, out string) (err error) {
	report, err := bench.Run(cmd.Context(), o)
	if report != nil {
		err = errors.Join(err, report.Print(cmd.OutOrStdout()))
	}
	if err != nil {
		return fmt.Errorf("%w (data and log in %s)", err, o.Dir)
	}
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := errors.Join(report.WriteJSON(file), file.Close()); err != nil {
		return err
	}
	return os.RemoveAll(o.Dir)
}
