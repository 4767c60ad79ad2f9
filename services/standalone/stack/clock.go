package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
)

// anchor ties a scaled clock to the machine's: at Machine it showed Shown, and from there it ran Scale times as fast.
type anchor struct {
	Machine time.Time `json:"machine"`
	Shown   time.Time `json:"shown"`
	Scale   int       `json:"scale"`
}

// at is what the clock shows when the machine's clock shows now.
func (a anchor) at(now time.Time) time.Time {
	return a.Shown.Add(now.Sub(a.Machine) * time.Duration(a.Scale))
}

// openClock starts the stack's clock. Documents hold its times, so a folder whose clock was ever scaled goes on from
// where that clock would be now: after a stop or a kill no timer lies ahead that should have come.
func openClock(dir string, scale int, machine time.Time) (clock.Clock, error) {
	scale = max(scale, 1)
	path := filepath.Join(dir, "clock.json")
	now := anchor{Machine: machine, Shown: machine, Scale: scale}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist) && scale == 1:
		return clock.Real(), nil
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("reading the clock: %w", err)
	default:
		var before anchor
		if err := json.Unmarshal(text, &before); err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		if shown := before.at(machine); shown.After(machine) {
			now.Shown = shown
		}
	}
	return clock.ScaledFrom(now.Shown, scale), now.save(path)
}

// save keeps the anchor for the next start.
func (a anchor) save(path string) error {
	text, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("writing the clock: %w", err)
	}
	return writeWhole(path, text)
}
