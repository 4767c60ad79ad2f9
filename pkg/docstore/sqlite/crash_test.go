package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/fault"
)

// crashFile names the store of the child process that TestAcknowledgedWritesSurviveKill starts and kills.
const crashFile = "DOCSTORE_CRASH_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		writeUntilKilled(path)
	}
	os.Exit(m.Run())
}

type note struct {
	ID    string
	Count int64
}

func notes(ctx context.Context, store docstore.Store) (docstore.Collection[note], error) {
	return docstore.Open(ctx, store, docstore.Spec[note]{
		Name:    "notes",
		ID:      func(n *note) string { return n.ID },
		Fields:  []docstore.Field[note]{{Name: "count", Kind: docstore.Int, Value: func(n *note) any { return n.Count }}},
		Indexes: []docstore.Index{{Name: "by_count", Fields: []string{"count"}}},
	})
}

// writeUntilKilled inserts and replaces from many goroutines and prints each write after it was acknowledged.
func writeUntilKilled(path string) {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	c, err := notes(ctx, store)
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	var print sync.Mutex
	acknowledged := func(n note, version int64) {
		print.Lock()
		defer print.Unlock()
		fmt.Println(n.ID, version)
	}
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := 0; ; i++ {
				n := note{ID: fmt.Sprint(w, "-", i)}
				if err := c.Insert(ctx, &n); err != nil {
					return
				}
				acknowledged(n, 1)
				n.Count = 1
				if err := c.Replace(ctx, &n, 1); err != nil {
					return
				}
				acknowledged(n, 2)
			}
		})
	}
	wg.Wait()
}

func TestAcknowledgedWritesSurviveKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	for round := range 2 {
		acknowledged := writeAndKill(t, path)
		store, err := sqlite.Open(t.Context(), path) // at once: the kernel has freed the lock
		if err != nil {
			t.Fatal(err)
		}
		c, err := notes(t.Context(), store)
		if err != nil {
			t.Fatal(err)
		}
		for id, version := range acknowledged {
			r, err := c.Get(t.Context(), id)
			if err != nil || r.Version < version || r.Doc.Count != r.Version-1 {
				t.Errorf("round %d: %s was acknowledged as version %d, stored is %+v, %v", round, id, version, r, err)
			}
		}
		for {
			n, err := c.DeleteMany(t.Context(), docstore.Query{Index: "by_count"})
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

// writeAndKill runs the child until it has acknowledged a good number of writes, kills it with SIGKILL and returns the
// newest acknowledged version by id.
func writeAndKill(t *testing.T, path string) map[string]int64 {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashFile+"="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := make(map[string]int64)
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ { // goes on to the end: what was printed before the kill was acknowledged
		var id string
		var version int64
		line := lines.Text()
		if strings.HasPrefix(line, "error") {
			t.Fatal(line)
		}
		if _, err := fmt.Sscan(line, &id, &version); err != nil {
			continue // the kill cut the line
		}
		acknowledged[id] = max(acknowledged[id], version)
		if n == 1500 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	if len(acknowledged) < 500 {
		t.Fatalf("only %d documents were acknowledged", len(acknowledged))
	}
	return acknowledged
}

func TestASecondProcessIsToldThatTheFileIsInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	open(t, path)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashFile+"="+path)
	out, err := child.Output()
	if err == nil || !strings.Contains(string(out), "in use by another process") {
		t.Errorf("got %q, %v", out, err)
	}
	if _, err := sqlite.Open(t.Context(), path); !fault.Is(err, fault.Terminal) || fault.CodeOf(err) != "store_in_use" {
		t.Errorf("a second store in one process: got %v", err)
	}
}
