// Command mutation changes facepay's code in one small place at a time, as a slip would, and counts how many changes the
// tests of the package notice. What survives is printed with its place: either it makes no difference, or a test is missing.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

// under are packages and the packages whose tests answer for them.
var under = []struct {
	pkg   string
	tests []string
}{
	{"services/order-lifecycle/internal/order", []string{"services/order-lifecycle/internal/order"}},
	{"services/callback-ingest/internal/door", []string{"services/callback-ingest/internal/door", "services/callback-ingest"}},
	{"services/callback-ingest/internal/journal", []string{"services/callback-ingest/internal/journal", "services/callback-ingest"}},
	{"pkg/outbox", []string{"pkg/outbox", "pkg/aggregate"}},
	{"pkg/aggregate", []string{"pkg/aggregate"}},
}

func main() {
	seed := flag.Uint64("seed", 1, "draws the changes")
	each := flag.Int("each", 40, "how many changes of each package")
	only := flag.String("only", "", "only packages whose path holds this text")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *seed, *each, *only); err != nil {
		fmt.Fprintln(os.Stderr, "mutation:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, seed uint64, each int, only string) error {
	out, err := exec.CommandContext(ctx, "go", "env", "GOWORK").Output()
	if err != nil {
		return fmt.Errorf("asking go for the workspace: %w", err)
	}
	root := filepath.Dir(strings.TrimSpace(string(out)))
	for _, u := range under {
		if !strings.Contains(u.pkg, only) {
			continue
		}
		changes, err := changesOf(filepath.Join(root, u.pkg))
		if err != nil {
			return err
		}
		dice := rand.New(rand.NewPCG(seed, 1))
		dice.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
		counts := map[result]int{}
		for _, c := range changes[:min(each, len(changes))] {
			r, err := c.try(ctx, root, u.tests)
			if err != nil {
				return err
			}
			if counts[r]++; r == survived {
				at, _ := filepath.Rel(root, c.file)
				fmt.Printf("survived  %s:%d  %s\n", at, c.line, c.says)
			}
		}
		fmt.Printf("%s: %d of %d killed (%d did not build), %d places in all\n",
			u.pkg, counts[killed], counts[killed]+counts[survived], counts[unbuilt], len(changes))
	}
	return nil
}
