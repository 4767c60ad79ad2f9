// Package flood sends callback-ingest more than WeChat ever would: millions of notifications that must not be accepted,
// a million genuine ones with duplicates in random order, and orders whose payment is told again and again. It holds
// what came of them against the door's promise: nothing forged is accepted, and what is genuine has its effect once.
package flood

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// Options say how much is sent.
type Options struct {
	// Dir is an empty folder for stores, streams and keys.
	Dir string
	// Seed decides what is forged, and who is told what, when and how often. Keys and the time are new in every flood.
	Seed uint64
	// Forged notifications are sent, OverHTTP of them through sockets; Valid ones, all through sockets; and the payments
	// of Orders are told over and over.
	Forged, OverHTTP, Valid int64
	Orders                  int
	// Connections is how many sockets deliver at once; 64 when 0.
	Connections int
	// Progress is told what is being done and how far it is; nil for nobody.
	Progress func(what string, done, of int64)
	Log      *slog.Logger
}

// Run floods, part after part, each with a broker and a store of its own. An error means that a part could not be finished;
// the report then holds the parts before it.
func Run(ctx context.Context, o Options) (*Report, error) {
	began := time.Now()
	if o.Connections == 0 {
		o.Connections = 64
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	r := &Report{Seed: o.Seed}
	for _, part := range []struct {
		name   string
		wanted bool
		run    func(dir string) error
	}{
		{"forged", o.Forged > 0, func(dir string) error {
			return atSite(ctx, dir, o.Log, func(s *site) (err error) {
				r.Forged, err = s.forge(ctx, o.Seed, o.Forged, o.OverHTTP, o.Connections, func(n int64) { o.Progress("forged", n, o.Forged) })
				return err
			})
		}},
		{"valid", o.Valid > 0, func(dir string) error {
			return atSite(ctx, dir, o.Log, func(s *site) (err error) {
				r.Valid, err = s.tell(ctx, o.Seed, o.Valid, o.Connections, func(n int64) { o.Progress("valid", n, o.Valid) })
				return err
			})
		}},
		{"paid", o.Orders > 0, func(dir string) (err error) {
			r.Paid, err = payments(ctx, dir, o)
			return err
		}},
	} {
		if !part.wanted {
			continue
		}
		dir := filepath.Join(o.Dir, part.name)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return r, fmt.Errorf("making the folder of a flood: %w", err)
		}
		if err := part.run(dir); err != nil {
			r.judge()
			return r, fmt.Errorf("flood of %s: %w", part.name, err)
		}
	}
	r.judge()
	r.Seconds = seconds(time.Since(began))
	return r, nil
}
