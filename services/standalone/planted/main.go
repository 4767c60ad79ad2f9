// Command planted plants known faults into facepay's own code, one by one, and holds that each is caught by its named
// test. The code under test carries no switches: a fault replaces a source file at build time (go's -overlay).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "plant only faults whose words, package or test hold this text")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := plantAll(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "planted:", err)
		os.Exit(1)
	}
}

func plantAll(ctx context.Context, only string) error {
	root, err := repository(ctx)
	if err != nil {
		return err
	}
	faults := slices.DeleteFunc(slices.Concat(known, own, desk, reading, kernel), func(f fault) bool {
		return !strings.Contains(f.says+" "+f.pkg+" "+f.test, only)
	})
	began, missed := time.Now(), 0
	if err := sound(ctx, root, faults); err != nil {
		return err
	}
	fmt.Printf("%d faults; without them their tests pass (%.0fs)\n", len(faults), time.Since(began).Seconds())
	for _, f := range faults {
		began := time.Now()
		err := f.caught(ctx, root)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		word := "caught"
		if err != nil {
			word = "MISSED"
			missed++
		}
		fmt.Printf("%s %4.1fs  %s\n               %s %s\n", word, time.Since(began).Seconds(), f.says, f.pkg, f.test)
		if err != nil {
			fmt.Println(err)
		}
	}
	fmt.Printf("%d of %d caught in %.0fs\n", len(faults)-missed, len(faults), time.Since(began).Seconds())
	if missed > 0 {
		return fmt.Errorf("%d faults were not caught by their tests", missed)
	}
	return nil
}

// repository is the folder of the workspace.
func repository(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOWORK").Output()
	if err != nil {
		return "", fmt.Errorf("asking go for the workspace: %w", err)
	}
	work := strings.TrimSpace(string(out))
	if work == "" || work == "off" {
		return "", fmt.Errorf("not inside the workspace of facepay")
	}
	return filepath.Dir(work), nil
}
