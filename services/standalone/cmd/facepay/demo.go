package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/demo"
	"github.com/facepay-go/facepay/services/standalone/progress"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// demoWithin bounds a demo; a hung one is a failure, told.
const demoWithin = 3 * time.Minute

func demoCommand() *cobra.Command {
	var data string
	o := demo.Options{Orders: 200, Kiosks: 12}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "drive scripted kiosks through every outcome and check the money against the provider's book",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := errors.Join(cli.Within("--orders", int64(o.Orders), 1, 10_000), cli.Within("--kiosks", int64(o.Kiosks), 1, 1000)); err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), demoWithin)
			defer cancel()
			dir := data
			if dir == "" {
				var err error
				if dir, err = os.MkdirTemp("", "facepay-demo-"); err != nil {
					return err
				}
			}
			report, err := runDemo(ctx, dir, o)
			if err != nil {
				return fmt.Errorf("%w (data and log in %s)", err, dir)
			}
			if err := report.Print(cmd.OutOrStdout()); err != nil {
				return err
			}
			if !report.Hold() {
				return fmt.Errorf("invariants broke; data and log in %s", dir)
			}
			if data == "" {
				return os.RemoveAll(dir)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&data, "data", "", "data folder; a temporary one, removed after success, when empty")
	cmd.Flags().IntVar(&o.Orders, "orders", o.Orders, "how many customers come")
	cmd.Flags().IntVar(&o.Kiosks, "kiosks", o.Kiosks, "how many are served at once")
	return cmd
}

func runDemo(ctx context.Context, dir string, o demo.Options) (report *demo.Report, err error) {
	log, closeLog, err := fileLog(dir, "debug")
	if err != nil {
		return nil, err
	}
	defer closeLog()
	s, err := stack.Start(ctx, stack.Options{Dir: dir, Partner: true, Scale: demo.Scale, Tune: demo.Tune, Log: log})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Stop(context.WithoutCancel(ctx))) }()
	o.Run, o.Dir = rand.Text()[:6], dir
	o.Log = func() (string, error) {
		text, err := os.ReadFile(filepath.Join(dir, logName))
		return string(text), err
	}
	o.Progress = progress.Output{Writer: os.Stderr, Terminal: isatty.IsTerminal(os.Stderr.Fd())}
	return demo.Run(ctx, s, o)
}
