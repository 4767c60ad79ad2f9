// Package e2e holds the end-to-end stories: the whole system in one process, driven through its public surfaces alone —
// NATS subjects, requests, HTTP, the sandbox's control API — and held against the provider's book.
package e2e

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// scale is the pace of the stories: a minute is two seconds. WeChat's five minutes for a signature are ten.
const scale = 30

// patience bounds one story, in machine time; a busy machine has the longest ones at work for two minutes.
const patience = 4 * time.Minute

// world is a running system with a gateway and a listener of its own, which survive restarts of the system.
type world struct {
	*stack.Stack
	*kiosk.Gateway
	ctx     context.Context
	t       testing.TB
	options stack.Options
	// bus is the gateway's connection: it finds a broker that went away.
	bus     *bus.Bus
	tracker *kiosk.Tracker
	// users are the events of authinfo, for the stories that follow them.
	users   *kiosk.Tracker
	log     *record
	secrets *secrets.Used
}

// newWorld starts a system; change adapts its options before that.
func newWorld(t testing.TB, change ...func(*stack.Options)) *world {
	t.Helper()
	w := bareWorld(t, change...)
	w.start()
	t.Cleanup(w.stop)
	w.connect()
	return w
}

// bareWorld has a folder and addresses, and nothing runs.
func bareWorld(t testing.TB, change ...func(*stack.Options)) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	w := &world{ctx: ctx, t: t, log: &record{}, secrets: &secrets.Used{}}
	w.options = stack.Options{
		Dir: folderWithKeys(t), Scale: scale, Tune: tune, Store: stores(t),
		NATS: freeAddress(t), Door: freeAddress(t), Provider: freeAddress(t), Control: freeAddress(t),
		Log: slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&w.options)
	}
	return w
}

// tune shortens what is waited for and leaves room for a slow machine: nothing in a story is late by accident.
func tune(c *stack.Configs) {
	c.Order.CallTimeout, c.Order.Claim = 2*time.Second, 150*time.Second
	c.Authinfo.CallTimeout, c.Authinfo.Claim = 2*time.Second, 150*time.Second
	c.Order.Timers.OpenWithin = 15 * time.Minute
	c.Order.Timers.ParkFor = 15 * time.Minute
	c.Order.SweepEvery, c.Authinfo.SweepEvery = 3*time.Second, 3*time.Second
	c.Order.Timers.Refund = stack.MinuteByMinute()
	c.Authinfo.SessionTTL = 15 * time.Minute
	c.Sandbox.DeductAgainAfter = 20 * time.Second
}

// tuned adds to tune.
func tuned(more func(*stack.Configs)) func(*stack.Options) {
	return func(o *stack.Options) { o.Tune = func(c *stack.Configs) { tune(c); more(c) } }
}

// start starts the system on the world's folder and addresses, at first and again after stop.
func (w *world) start() {
	w.t.Helper()
	s, err := stack.Start(w.ctx, w.options)
	if err != nil {
		w.t.Fatalf("starting the system: %v", err)
	}
	w.Stack = s
}

func (w *world) stop() {
	if err := w.Stack.Stop(context.WithoutCancel(w.ctx)); err != nil {
		w.t.Errorf("stopping the system: %v", err)
	}
	if n := w.Stack.Contradictions(); n > 0 {
		w.t.Errorf("%d handlers contradicted themselves when they ran twice; the log says which", n)
	}
}

func (w *world) connect() {
	w.t.Helper()
	var err error
	if w.bus, err = bus.Connect(bus.Options{URL: "nats://" + w.options.NATS, Name: "kiosk gateway"}, slog.New(slog.DiscardHandler)); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.bus.Close)
	js, err := jetstream.New(w.bus.Conn())
	if err != nil {
		w.t.Fatal(err)
	}
	w.Gateway = &kiosk.Gateway{
		NC: w.bus.Conn(), JS: js, Merchant: stack.Merchant, MchID: stack.MchID, Control: "http://" + w.options.Control, HTTP: &http.Client{Timeout: patience},
	}
	if w.tracker, err = kiosk.Track(w.ctx, js, stack.Merchant, jetstream.DeliverAllPolicy); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(w.tracker.Stop)
}

// fault lets the sandbox misbehave about one number: pairs of a rule's further fields may follow.
func (w *world) fault(number, operation, kind string, more ...any) {
	w.t.Helper()
	rule := map[string]any{"operation": operation, "fault": kind, "out_order_no": number, "times": 1}
	for i := 0; i+1 < len(more); i += 2 {
		rule[more[i].(string)] = more[i+1]
	}
	if err := w.AddFault(w.ctx, rule); err != nil {
		w.t.Fatal(err)
	}
}

// until polls for what must become true, until the story's patience ends.
func (w *world) until(what string, holds func() (bool, error)) error {
	for {
		ok, err := holds()
		if ok && err == nil {
			return nil
		}
		select {
		case <-w.ctx.Done():
			return errors.Join(fmt.Errorf("never came: %s", what), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	address, err := stack.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return address
}
