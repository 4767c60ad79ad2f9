package stack

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Leap lets the clock of a data folder jump ahead, as a machine's clock does that was set right: whoever starts on it
// next finds that so much time has passed. The folder was run on a scaled clock before, and nobody has it now.
func Leap(dir string, by time.Duration) (err error) {
	release, err := lockFolder(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	path := filepath.Join(dir, "clock.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the clock: %w", err)
	}
	var a anchor
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	a.Shown = a.Shown.Add(by)
	return a.save(path)
}
