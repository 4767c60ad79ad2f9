// Package fleet runs facepay as real processes: `facepay run` as a whole, or a broker, a sandbox and every service as
// programs of their own, in as many replicas as wanted. Each can be killed, frozen, stopped and started again.
package fleet

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/facepay-go/facepay/services/standalone/stack"
)

// System is facepay as running processes, on loopback.
type System struct {
	// Dir is the data folder; logs are in Dir/log.
	Dir string
	// NATS and Control are the URLs of the broker and of the sandbox's control API.
	NATS, Control string
	// Processes are all programs in the order to start them.
	Processes []*Process
	// Provider is the program that the sandbox lives in.
	Provider *Process
	// Moat takes the store away; nil where that cannot be done.
	Moat *Moat

	closers []func() error
	tidy    func(context.Context) error
}

// StopWithin is the stated time for a stop by SIGTERM (process.Config.StopWithin, and stack.Stop for facepay run).
const StopWithin = 20 * time.Second

// Abandon ends what is left: after an orderly stop of all programs nothing but what stood between them, after a failed
// start or an interrupted run also the programs, by kill -9.
func (s *System) Abandon() {
	for _, p := range slices.Backward(s.Processes) {
		p.Kill()
	}
	for _, c := range slices.Backward(s.closers) {
		_ = c() // they only listen
	}
	s.closers = nil
}

// Tidy removes what the system left outside its data folder: databases on a server of others. All programs have stopped.
func (s *System) Tidy(ctx context.Context) error {
	if s.tidy == nil {
		return nil
	}
	return s.tidy(ctx)
}

// Replicas are all processes of the same program as p, in order.
func (s *System) Replicas(p *Process) (all []*Process) {
	for _, other := range s.Processes {
		if other.Program == p.Program {
			all = append(all, other)
		}
	}
	return all
}

// add makes a program of the system; it is not started.
func (s *System) add(name, path string, ready func(context.Context) error, args ...string) *Process {
	p := &Process{Name: name, Program: filepath.Base(path), path: path, args: args, log: filepath.Join(s.Dir, "log", name+".log"), ready: ready}
	s.Processes = append(s.Processes, p)
	return p
}

// firstTries is how often a program may end at its first start: everything it needs is there, if perhaps slow.
const firstTries = 3

// up starts a program for the first time and waits until it is ready.
func up(ctx context.Context, p *Process) error {
	if err := p.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return p.await(ctx, func() error {
		if falls := p.Falls(); len(falls) >= firstTries {
			return fmt.Errorf("%s ends at once with code %d (log in %s)", p.Name, falls[0].Code, p.log)
		}
		return nil
	})
}

// newSystem makes the data folder.
func newSystem(dir string) (*System, error) {
	if err := os.MkdirAll(filepath.Join(dir, "log"), 0o700); err != nil {
		return nil, fmt.Errorf("making the data folder: %w", err)
	}
	return &System{Dir: dir}, nil
}

// answers is a readiness by HTTP: 200 at a URL.
func answers(url string) func(context.Context) error {
	client := &http.Client{Timeout: 3 * time.Second}
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s says %s", url, resp.Status)
		}
		return nil
	}
}

// freeAddresses finds free loopback ports, all different.
func freeAddresses(n int) ([]string, error) {
	var addresses []string
	for len(addresses) < n {
		address, err := stack.FreeAddress()
		if err != nil {
			return nil, err
		}
		if !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses, nil
}
