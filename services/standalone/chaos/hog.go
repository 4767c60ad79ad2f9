package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// hog makes the disk slow: it writes and fsyncs beside the data for a while.
func hog(ctx context.Context, dir string, lasts time.Duration) (err error) {
	f, err := os.Create(filepath.Join(dir, "hog"))
	if err != nil {
		return fmt.Errorf("making the disk slow: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	block := make([]byte, 4<<20)
	for over := time.Now().Add(lasts); time.Now().Before(over) && ctx.Err() == nil; {
		if _, err := f.WriteAt(block, 0); err != nil {
			return fmt.Errorf("making the disk slow: %w", err)
		}
		if err := f.Sync(); err != nil {
			return fmt.Errorf("making the disk slow: %w", err)
		}
	}
	return context.Cause(ctx)
}
