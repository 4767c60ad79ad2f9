package service

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

// checkTime is how long one probe waits for a check; probes of orchestrators give up after a few seconds.
const checkTime = 2 * time.Second

// readiness answers /readyz.
type readiness struct {
	log    *slog.Logger
	open   atomic.Bool
	checks []*check
}

type check struct {
	name    string
	run     func(context.Context) error
	failing atomic.Bool
}

// failing is one entry of the answer. Texts stay in the log: a driver's error may name hosts or users.
type failing struct {
	Check string `json:"check"`
	Class string `json:"class"`
	Code  string `json:"code,omitempty"`
}

func (r *readiness) add(name string, run func(context.Context) error) {
	r.checks = append(r.checks, &check{name: name, run: run})
}

func (r *readiness) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	answer := struct {
		Ready   bool      `json:"ready"`
		Failing []failing `json:"failing,omitempty"`
	}{Failing: r.failing(req.Context())}
	answer.Ready = len(answer.Failing) == 0
	w.Header().Set("Content-Type", "application/json")
	if !answer.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	// The client may be gone: there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(answer)
}

func (r *readiness) failing(ctx context.Context) []failing {
	if !r.open.Load() {
		return []failing{{Check: "running", Class: fault.Retry.String(), Code: "starting_or_stopping"}}
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	errs := make([]error, len(r.checks))
	var all sync.WaitGroup
	for i, c := range r.checks {
		all.Go(func() { errs[i] = c.within(ctx) })
	}
	all.Wait()
	var found []failing
	for i, c := range r.checks {
		r.tellChange(c, errs[i])
		if errs[i] != nil {
			found = append(found, failing{Check: c.name, Class: fault.ClassOf(errs[i]).String(), Code: fault.CodeOf(errs[i])})
		}
	}
	return found
}

// within does not trust the check to heed its ctx.
func (c *check) within(ctx context.Context) error {
	result := make(chan error, 1)
	go func() { result <- c.run(ctx) }()
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return fault.Wrap(ctx.Err(), fault.Retry, "check_timeout", "waiting for the check")
	}
}

// tellChange logs when a check begins or ceases to fail, not at every probe.
func (r *readiness) tellChange(c *check, err error) {
	switch was := c.failing.Swap(err != nil); {
	case err != nil && !was:
		r.log.Warn("not ready", "check", c.name, KeyError, err)
	case err == nil && was:
		r.log.Info("ready again", "check", c.name)
	}
}
