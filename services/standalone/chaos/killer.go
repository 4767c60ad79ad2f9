package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/facepay-go/facepay/services/standalone/fleet"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// killer strikes the system as planned.
type killer struct {
	system *fleet.System
	city   *city
	seed   uint64
	// lives: the provider misbehaves towards lives too.
	lives bool

	mu sync.Mutex
	// struck counts blows by kind and victim; next is after how many visits the next one is due.
	struck  map[string]int
	next    int
	drained time.Duration
	badStop []string
	planted int
}

// upAgain bounds how long a program may take to be ready after it was struck.
const upAgain = 2 * time.Minute

// strikeAll deals all blows, each at its time.
func (k *killer) strikeAll(ctx context.Context, blows []blow) error {
	for _, b := range blows {
		k.await(b.at)
		for int(k.city.begun.Load()) < b.at {
			if err := sleep(ctx, 5*time.Millisecond); err != nil {
				return err
			}
		}
		if err := sleep(ctx, b.wait); err != nil {
			return err
		}
		if err := k.strike(ctx, b); err != nil {
			return err
		}
	}
	k.await(1 << 30)
	return nil
}

// await tells at which visit the next blow is due.
func (k *killer) await(at int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = at
}

// keepPace holds customers back who would come long after a blow that is still to be dealt: the load is not to be over
// before the trouble.
func (k *killer) keepPace(ctx context.Context, visit int) {
	for {
		k.mu.Lock()
		next := k.next
		k.mu.Unlock()
		if visit < next || sleep(ctx, 10*time.Millisecond) != nil {
			return
		}
	}
}

func (k *killer) strike(ctx context.Context, b blow) error {
	k.mu.Lock()
	k.struck[b.label()]++
	k.mu.Unlock()
	switch b.kind {
	case slowDisk:
		return hog(ctx, k.system.Dir, b.lasts)
	case storeAway:
		k.system.Moat.Cut()
		defer k.system.Moat.Mend()
		return sleep(ctx, b.lasts)
	}
	return k.hit(ctx, k.process(b.victim), b)
}

// hit deals a blow to a process.
func (k *killer) hit(ctx context.Context, p *fleet.Process, b blow) error {
	switch b.kind {
	case freeze:
		if err := p.Freeze(); err != nil {
			return err
		}
		return errors.Join(sleep(ctx, b.lasts), p.Thaw())
	case restart:
		return k.roll(ctx, p, b)
	case leap:
		p.Kill()
		if err := stack.Leap(k.system.Dir, b.lasts); err != nil {
			return err
		}
		return k.back(ctx, p, false)
	default:
		p.Kill()
		if err := sleep(ctx, b.lasts); err != nil {
			return err
		}
		return k.back(ctx, p, b.hasty)
	}
}

// back starts a program again and waits until it is ready, unless the next blow is to come before.
func (k *killer) back(ctx context.Context, p *fleet.Process, hasty bool) error {
	if err := p.Start(); err != nil || hasty {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, upAgain)
	defer cancel()
	if err := p.AwaitReady(bounded); err != nil {
		return err
	}
	if p == k.system.Provider {
		return k.trouble(ctx)
	}
	return nil
}

// roll restarts all replicas of a program in order, one after the other. All are ready before.
func (k *killer) roll(ctx context.Context, first *fleet.Process, b blow) error {
	for _, p := range k.system.Processes {
		bounded, cancel := context.WithTimeout(ctx, upAgain)
		err := p.AwaitReady(bounded)
		cancel()
		if err != nil {
			return err
		}
	}
	for _, p := range k.system.Replicas(first) {
		k.terminate(p)
		if err := sleep(ctx, b.lasts); err != nil {
			return err
		}
		if err := k.back(ctx, p, false); err != nil {
			return err
		}
	}
	return nil
}

// terminate is SIGTERM; a stop that is late or not clean is remembered.
func (k *killer) terminate(p *fleet.Process) {
	took, err := p.Terminate(fleet.StopWithin)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.drained = max(k.drained, took)
	if err != nil {
		k.badStop = append(k.badStop, err.Error())
	}
}

// stopAll stops everything in order and gives what was not clean in all stops.
func (k *killer) stopAll() []string {
	for _, p := range slices.Backward(k.system.Processes) {
		k.terminate(p)
	}
	return k.badStop
}

func (k *killer) process(name string) *fleet.Process {
	i := slices.IndexFunc(k.system.Processes, func(p *fleet.Process) bool { return p.Name == name })
	return k.system.Processes[i]
}

// blows tells how many were dealt.
func (k *killer) blows() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	n := 0
	for _, times := range k.struck {
		n += times
	}
	return fmt.Sprintf("%d blows", n)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
