package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// Supervise restarts the server when one of its streams can no longer be written, until ctx ends. After a failed write (a
// full disk, usually) nats-server 2.15.2 acknowledges nothing on that stream any more until it is started again, even when
// there is room by then. It does here what a liveness probe on /healthz does in production. While there is no room it
// waits: a restart would meet the same disk.
//
// An ailment counts when looks in a row find it: a stream that is just being made looks like one that could not be
// recovered, and a restart would take the server away from those who make it. One that outlives a restart needs a person:
// each further restart waits twice as long.
func (s *Server) Supervise(ctx context.Context, every time.Duration, log *slog.Logger) {
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	ailing := false // tells a new ailment from one that was logged
	var suspected string
	looks, needed := 0, convinced
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		if found := s.Health(); found == nil {
			suspected, looks, needed, ailing = "", 0, convinced, false
		} else if found.Error() != suspected {
			suspected, looks = found.Error(), 1
		} else {
			looks++
		}
		if looks < needed {
			continue
		}
		ailment, err := s.heal()
		switch {
		case ailment == nil:
			ailing = false
		case err != nil && !ailing:
			log.Error("broker cannot store messages and cannot be restarted yet; events wait in the stores", "reason", ailment, "error", err)
			ailing = true
		case err == nil:
			log.Warn("broker restarted", "reason", ailment)
			looks, needed = 0, min(2*needed, hopeless)
		}
	}
}

const (
	// convinced is how many looks in a row find an ailment before something is done about it.
	convinced = 5
	// hopeless is how many they are at most before a restart that has not helped yet is tried once more.
	hopeless = 64 * convinced
)

// heal gives what ailed the server, nil for nothing, and why it could not be helped.
func (s *Server) heal() (ailment, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil, nil
	}
	if ailment = s.health(); ailment == nil {
		return nil, nil
	}
	if err := room(s.dir); err != nil {
		return ailment, err
	}
	s.down()
	return ailment, s.up()
}

// roomBytes must be free on the disk before a restart is worth while.
const roomBytes = 8 << 20

// room tries whether the disk takes bytes.
func room(dir string) error {
	f, err := os.CreateTemp(dir, "room")
	if err != nil {
		return fmt.Errorf("trying the disk: %w", err)
	}
	_, err = f.Write(make([]byte, roomBytes))
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("trying the disk: %w", err)
	}
	return nil
}
