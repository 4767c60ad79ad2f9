package fleet

import (
	"context"
	"errors"
	"path/filepath"
	"strconv"
)

// WholeOptions say how to run the whole system as one program.
type WholeOptions struct {
	// Dir is the data folder, Bin the folder that holds facepay.
	Dir, Bin string
	// Scale is how many times faster than real time it lives.
	Scale int
	// LogLevel of the program, info when empty.
	LogLevel string
}

// StartWhole starts `facepay run` and waits until kiosks may come.
func StartWhole(ctx context.Context, o WholeOptions) (*System, error) {
	s, err := newSystem(o.Dir)
	if err != nil {
		return nil, err
	}
	at, err := freeAddresses(4)
	if err != nil {
		return nil, err
	}
	if o.LogLevel == "" {
		o.LogLevel = "info"
	}
	s.NATS, s.Control = "nats://"+at[0], "http://"+at[3]
	book, door := answers(s.Control+"/control/wechat/book?limit=1"), listens(at[1])
	ready := func(ctx context.Context) error { return errors.Join(book(ctx), door(ctx)) }
	s.Provider = s.add("facepay", filepath.Join(o.Bin, "facepay"), ready,
		"run", "--data", o.Dir, "--short-waits", "--scale", strconv.Itoa(o.Scale), "--log-level", o.LogLevel,
		"--listen-nats", at[0], "--listen-door", at[1], "--listen-sandbox", at[2], "--listen-control", at[3])
	if err := up(ctx, s.Provider); err != nil {
		s.Abandon()
		return nil, err
	}
	return s, nil
}
