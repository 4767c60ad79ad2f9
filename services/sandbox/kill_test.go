package sandbox_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/services/sandbox"
)

// childFolder tells this test binary to be a sandbox on the folder.
const childFolder = "FACEPAY_SANDBOX_TEST_FOLDER"

// runChild is a sandbox in a process of its own: it prints its two URLs and waits to be killed.
func runChild(dir string) {
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "sandbox.db"))
	if err != nil {
		fail(err)
	}
	config, err := sandbox.LoadConfig(filepath.Join(dir, "sandbox.yaml"), time.Now())
	if err != nil {
		fail(err)
	}
	s, err := sandbox.New(config, sandbox.Deps{Clock: clock.Real(), Store: store, Random: rand.Reader, Log: slog.Default()})
	if err != nil {
		fail(err)
	}
	if err := s.Start(ctx); err != nil {
		fail(err)
	}
	fmt.Println(s.URL())
	fmt.Println(s.ControlURL())
	select {}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// child starts a sandbox on the folder and points the world at it.
func (w *world) child(t *testing.T, dir string) (kill func()) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), childFolder+"="+dir)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for _, url := range []*string{&w.url, &w.controlURL} {
		if !lines.Scan() {
			t.Fatal("the child did not start")
		}
		*url = lines.Text()
	}
	return func() {
		if err := command.Process.Kill(); err != nil { // SIGKILL: it gets no chance to tidy up
			t.Error(err)
		}
		if err := command.Wait(); err == nil {
			t.Error("the child ended by itself")
		}
		http.DefaultClient.CloseIdleConnections()
	}
}

func TestNothingAnsweredIsLostWhenTheSandboxIsKilled(t *testing.T) {
	k, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := fmt.Sprintf("deduct_after: 1s\nmerchants:\n  - mchid: %q\n    appids: [%s]\n    dev_keys: %s\n    services: [{id: %q, cap_fen: 20000}]\n", mchID, appID, k.Dir, serviceID)
	if err := os.WriteFile(filepath.Join(dir, "sandbox.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, inbox: newInbox(t), clock: clock.Real()}
	w.client = newClient(t, w, k)
	kill := w.child(t, dir)
	for i := range 10 {
		no := fmt.Sprint("PS", i)
		w.open(t, no, no)
		if r := w.finish(t, no, 350); r.status != http.StatusOK {
			t.Fatalf("%s", r.body)
		}
	}
	kill()
	kill = w.child(t, dir)
	defer kill()
	told := map[string]bool{}
	for len(told) < 10 {
		_, entity := w.notice(t, w.next(t, "/order"))
		told[fmt.Sprint(entity["out_order_no"])] = true
	}
	totals := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)["totals"].(fieldsOf)
	if totals["created"] != 10.0 || totals["paid_fen"] != 3500.0 || !strings.Contains(fmt.Sprint(totals["states"]), "DONE:10") {
		t.Errorf("%v", totals)
	}
}
