// Package kill holds the stories in which facepay runs as processes of their own that are killed, beside those of package
// e2e: they wait long and come first.
package kill

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/standalone/chaos"
	"github.com/facepay-go/facepay/services/standalone/progress"
	"github.com/facepay-go/facepay/services/standalone/secrets"
)

// programs builds all programs as this test was built, once, where the next run finds them again. plainPrograms are built
// without the race detector, for stories that are long because they have many orders.
var (
	programs      = sync.OnceValues(func() (string, error) { return build(raceFlag) })
	plainPrograms = sync.OnceValues(func() (string, error) { return build("-race=false") })
)

// As in the Makefile (RACE): the translated C code of SQLite is not looked into for races.
const (
	plainC    = "-gcflags=modernc.org/sqlite/lib=-race=false -d=checkptr=0"
	plainLibC = "-gcflags=modernc.org/libc/...=-race=false -d=checkptr=0"
)

func build(raceFlag string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	bin := filepath.Join(cache, "facepay", "e2e"+raceFlag)
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", raceFlag, plainC, plainLibC, "-o", bin+"/", "../../cmd/facepay", "../../../authinfo/cmd/authinfo",
		"../../../order-lifecycle/cmd/order-lifecycle", "../../../callback-ingest/cmd/callback-ingest", "../../../sandbox/cmd/sandbox",
		"github.com/nats-io/nats-server/v2").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the programs: %w\n%s", err, out)
	}
	return bin, nil
}

// survives makes a chaos run and holds it against what every such story promises. Its seed is told: it repeats customers,
// victims and faults.
func survives(t *testing.T, o chaos.Options) *chaos.Report {
	t.Helper()
	if o.Bin == "" {
		var err error
		if o.Bin, err = programs(); err != nil {
			t.Fatal(err)
		}
	}
	o.Seed = uint64(time.Now().UnixMilli()) % 100_000
	o.Dir, o.Progress, o.Secrets = t.TempDir(), progress.Output{Writer: t.Output()}, &secrets.Used{}
	o.Settle, o.LogLevel = 3*time.Minute, "debug"
	t.Logf("seed %d", o.Seed)
	r, err := chaos.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if broken, ok := r.Invariants.([]string); ok {
		t.Errorf("broken:\n%s", strings.Join(broken, "\n"))
	}
	if r.Orders != o.Orders || r.KillsMade != o.Kills || r.Paid == 0 {
		t.Errorf("the story shows too little: %d orders, %d paid, %d kills", r.Orders, r.Paid, r.KillsMade)
	}
	logsAreClean(t, o)
	return r
}

// logsAreClean searches all logs for secrets (invariant 8).
func logsAreClean(t *testing.T, o chaos.Options) {
	t.Helper()
	if err := o.Secrets.AddKeys(o.Dir); err != nil {
		t.Fatal(err)
	}
	logs, err := filepath.Glob(filepath.Join(o.Dir, "log", "*"))
	if err != nil || len(logs) == 0 {
		t.Fatal("no logs", err)
	}
	for _, path := range append(logs, filepath.Join(o.Dir, "facepay.log")) {
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue // only facepay run has a log of its own
		}
		if err != nil {
			t.Fatal(err)
		}
		if kinds := o.Secrets.In(string(text)); len(kinds) > 0 {
			t.Errorf("%s holds %v", filepath.Base(path), kinds)
		}
	}
}
