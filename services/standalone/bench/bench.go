// Package bench measures facepay on the machine it runs on. Absolute numbers belong to that machine; what they are held
// against — the cryptography alone, a plain handler, the RSA signing of an order, the same order among fewer stored — is
// measured in the same run, a round of the one next to a round of the other, and every figure is the median of the rounds.
package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Options say what to measure.
type Options struct {
	// Parts are some of Parts, in any order.
	Parts []string
	// Rounds is how often each figure is taken; its median is reported.
	Rounds int
	// Quick takes loads so small that the figures mean nothing: it shows that everything works.
	Quick bool
	// Dir is an empty folder for stores and streams. What is measured is this folder's disk.
	Dir string
	// Progress is told what is being measured.
	Progress io.Writer
	// Profile gets a CPU profile of the first measured round of ingest or orders, load generator included; nil for none.
	Profile io.Writer
}

// Parts are what can be measured, in the order in which it is.
func Parts() []string { return []string{"ingest", "orders", "stored", "kernel"} }

// load is how much of everything is done in a round.
type load struct {
	// deliveries of notifications, a tenth of them repeats, on that many connections.
	deliveries, connections int
	// orders of a round, in a shop with that many kiosks, none of which is ever free.
	orders, kiosks int
	// stored are numbers of orders that lie in the stores already; storedOrders come on top in a round.
	stored       []int
	storedOrders int
	// steady is how long a figure that has no natural end is taken.
	steady time.Duration
}

func whole() load {
	return load{
		deliveries: 10_000, connections: 64, orders: 2000, kiosks: 600,
		stored: []int{1000, 10_000, 100_000}, storedOrders: 1000, steady: time.Second,
	}
}

func quick() load {
	return load{
		deliveries: 200, connections: 64, orders: 20, kiosks: 20,
		stored: []int{50, 100}, storedOrders: 10, steady: 20 * time.Millisecond,
	}
}

// run is one run of the bench.
type run struct {
	Options
	load
	log     *slog.Logger
	profile *profile
}

// Run measures. An error is something that did not work, or a notification or an order that went wrong: figures of what
// is not right are not given; the report then holds the parts before it.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	logFile, err := os.Create(filepath.Join(o.Dir, "bench.log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = logFile.Close() }() // a log that is cut costs no figure
	r := &run{
		Options: o, load: whole(), profile: &profile{to: o.Profile},
		// The services write the lines that they write in production, to a file.
		log: slog.New(slog.NewJSONHandler(logFile, nil)),
	}
	if o.Quick {
		r.load = quick()
	}
	report := &Report{Machine: thisMachine(), At: time.Now().UTC().Truncate(time.Second), Rounds: o.Rounds, Quick: o.Quick}
	for _, part := range []struct {
		name    string
		measure func(context.Context) error
	}{
		{"ingest", func(ctx context.Context) (err error) { report.Ingest, err = r.ingest(ctx); return err }},
		{"orders", func(ctx context.Context) (err error) { report.Orders, err = r.orderFlow(ctx); return err }},
		{"stored", func(ctx context.Context) (err error) { report.Stored, err = r.storedOrdersCost(ctx); return err }},
		{"kernel", func(ctx context.Context) (err error) { report.Kernel, err = r.kernel(ctx); return err }},
	} {
		if !slices.Contains(o.Parts, part.name) {
			continue
		}
		if err := part.measure(ctx); err != nil {
			return report, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return report, nil
}

// tell shows where the run is.
func (r *run) tell(format string, args ...any) { fmt.Fprintf(r.Progress, format+"\n", args...) }
