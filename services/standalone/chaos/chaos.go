// Package chaos drives customers through a facepay of real processes while it kills, freezes, restarts and slows those
// processes at random moments, lets the whole settle, and audits every order against the provider's book.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/facepay-go/facepay/services/standalone/fleet"
	"github.com/facepay-go/facepay/services/standalone/progress"
	"github.com/facepay-go/facepay/services/standalone/secrets"
)

// Mode is how facepay runs.
type Mode string

const (
	// Whole is `facepay run`: everything is one process.
	Whole Mode = "run"
	// Apart is a process for the broker, the sandbox, and every replica of every service.
	Apart Mode = "fleet"
)

// Options say how large and how bad it gets.
type Options struct {
	// Orders is how many customers come, Kiosks how many are served at once.
	Orders, Kiosks int
	// Kills is how often a process is killed with -9, spread over the load. Other trouble comes on top.
	Kills int
	// Lives is of how many of a hundred customers the orders have a life of their own: any operation of the back office, a
	// beginning on the phone. 0 leaves the customers of the ten scripts alone, the same for the same seed.
	Lives int
	// Seed decides customers, victims and faults; moments are the machine's.
	Seed uint64
	Mode Mode
	// Replicas and Store are for Apart: fleet.ApartOptions.
	Replicas int
	Store    string
	// Dir is the data folder, empty at first; Bin the folder of the programs.
	Dir, Bin string
	// Settle bounds the wait for the last word on every order after the last kill; 0 is as long as it can take.
	Settle time.Duration
	// LogLevel of the programs.
	LogLevel string
	// Keep leaves databases on a store of others where they are.
	Keep bool
	// Secrets, if not nil, gathers what customers and kiosks had that may appear nowhere else.
	Secrets *secrets.Used
	// Progress gets the progress line and, when something broke, the stories of the first broken orders.
	Progress progress.Output
}

// Scale is the pace of mode run: a minute is six seconds. Services in processes of their own live on the machine's clock.
const Scale = 10

// scale is the pace of the services' clock.
func (o Options) scale() int {
	if o.Mode == Whole {
		return Scale
	}
	return 1
}

// Run does it all and reports. An error is a run that could not be made; what broke is in the report.
func Run(ctx context.Context, o Options) (report *Report, err error) {
	began := time.Now()
	s, err := o.start(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Abandon() // nothing is left of it after an orderly stop
	city, err := openCity(ctx, s, o)
	if err != nil {
		return nil, err
	}
	defer city.close()
	p := newPlan(o, o.targets(s))
	k := &killer{system: s, city: city, seed: o.Seed, lives: o.Lives > 0, struck: map[string]int{}}
	if err := k.trouble(ctx); err != nil {
		return nil, err
	}
	now := newStatus(o, city, k)
	bar := progress.Start(o.Progress, 10*time.Second, now.line)
	err = errors.Join(city.serve(ctx, p, k), k.stopTrouble(ctx))
	if err == nil {
		now.phase("settling")
		report, err = settle(ctx, o, city, now)
	}
	bar.Stop()
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, now.line())
	}
	report.tellStories(ctx, o, city)
	city.close()
	report.Lives = p.lives()
	report.finish(o, k, s.Processes, k.stopAll())
	report.Seconds = time.Since(began).Seconds()
	if report.Hold() && !o.Keep {
		return report, s.Tidy(ctx)
	}
	return report, nil
}

// start starts facepay as the mode wants.
func (o Options) start(ctx context.Context) (*fleet.System, error) {
	switch o.Mode {
	case Whole:
		return fleet.StartWhole(ctx, fleet.WholeOptions{Dir: o.Dir, Bin: o.Bin, Scale: Scale, LogLevel: o.LogLevel})
	case Apart:
		return fleet.StartApart(ctx, fleet.ApartOptions{
			Dir: o.Dir, Bin: o.Bin, Replicas: o.Replicas, Store: o.Store, Run: fmt.Sprintf("chaos_%d_%d", time.Now().Unix(), o.Seed), LogLevel: o.LogLevel,
		})
	}
	return nil, fmt.Errorf("mode %q: use %s or %s", o.Mode, Whole, Apart)
}

// targets are what the killer can strike in a system.
func (o Options) targets(s *fleet.System) targets {
	on := targets{store: s.Moat != nil, clock: o.Mode == Whole}
	for _, p := range s.Processes {
		on.processes = append(on.processes, p.Name)
		ours := p.Name != fleet.Broker && (p != s.Provider || o.Mode == Whole)
		if ours && p == s.Replicas(p)[0] {
			on.services = append(on.services, p.Name)
		}
	}
	return on
}
