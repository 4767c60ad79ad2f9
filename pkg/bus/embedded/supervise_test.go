//go:build unix

package embedded

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// TestAStreamThatMetAFullDiskIsWrittenAgainOnceThereIsRoom: the limit on file sizes makes writes fail as a full disk does,
// for this process only and without root.
func TestAStreamThatMetAFullDiskIsWrittenAgainOnceThereIsRoom(t *testing.T) {
	s, js := start(t, t.TempDir(), "127.0.0.1:0")
	defer s.Stop()
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	publish := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := js.Publish(ctx, "s", make([]byte, 20_000))
		return err
	}
	if err := publish(); err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	ctx, cancel := context.WithCancel(t.Context())
	var supervising sync.WaitGroup
	supervising.Go(func() { s.Supervise(ctx, 20*time.Millisecond, slog.New(slog.NewTextHandler(log, nil))) })
	defer supervising.Wait()
	defer cancel()

	free := fill(t)
	acked := 1
	for publish() == nil {
		acked++
	}
	waitFor(t, "the ailment in the log", func() bool { return strings.Contains(log.String(), "cannot be restarted yet") })
	if s.Health() == nil {
		t.Error("a server that stores nothing calls itself healthy")
	}
	free()
	waitFor(t, "an acknowledgement", func() bool { return publish() == nil })
	if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
		t.Errorf("one ailment was logged %d times", n)
	}
	stream, err := js.Stream(t.Context(), "S")
	if err != nil {
		t.Fatal(err)
	}
	if n := stream.CachedInfo().State.Msgs; n < uint64(acked+1) {
		t.Errorf("%d messages of %d acknowledged ones are there", n, acked+1)
	}
}

// A folder among the streams that is none ails the server for ever. It stores everything all the same, between restarts.
func TestAnAilmentThatARestartDoesNotHelpIsNotRestartedForAllTheTime(t *testing.T) {
	dir := t.TempDir()
	s, js := start(t, dir, "127.0.0.1:0")
	defer s.Stop()
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
		t.Fatal(err)
	}
	streams, err := filepath.Glob(filepath.Join(dir, "jetstream", "*", "streams"))
	if err != nil || len(streams) != 1 {
		t.Fatal(streams, err)
	}
	if err := os.Mkdir(filepath.Join(streams[0], "stray"), 0o700); err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	s.Supervise(ctx, 10*time.Millisecond, slog.New(slog.NewTextHandler(log, nil)))
	if n := strings.Count(log.String(), "broker restarted"); n < 2 || n > 6 { // after 5, 10, 20, 40, 80 looks
		t.Errorf("restarted %d times in 200 looks", n)
	}
}

func TestAServerThatWasStoppedOnPurposeStaysStopped(t *testing.T) {
	s, _ := start(t, t.TempDir(), "127.0.0.1:0")
	s.Stop()
	if ailment, err := s.heal(); ailment != nil || err != nil {
		t.Errorf("%v, %v", ailment, err)
	}
	if s.Health() == nil {
		t.Error("it runs")
	}
	if err := s.Again(); err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	if err := s.Health(); err != nil {
		t.Error(err)
	}
}

// fill lets every file of this process end at 256 KiB, until free.
func fill(t *testing.T) (free func()) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // the write then fails instead of ending the process
	full := limit
	full.Cur = 256 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full); err != nil {
		t.Fatal(err)
	}
	free = sync.OnceFunc(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			t.Error(err)
		}
		signal.Reset(syscall.SIGXFSZ)
	})
	t.Cleanup(free)
	return free
}

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
		time.Sleep(10 * time.Millisecond) // between two looks
	}
}

// lines collects a log.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestStreamsCanBeMadeUnderSupervision(t *testing.T) {
	s, js := start(t, t.TempDir(), "127.0.0.1:0")
	defer s.Stop()
	log := &lines{}
	ctx, cancel := context.WithCancel(t.Context())
	var supervising sync.WaitGroup
	supervising.Go(func() { s.Supervise(ctx, 200*time.Millisecond, slog.New(slog.NewTextHandler(log, nil))) })
	for i := range 30 {
		name := "S" + strconv.Itoa(i)
		if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{name}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	cancel()
	supervising.Wait()
	if got := log.String(); got != "" {
		t.Errorf("the server was meddled with: %s", got)
	}
}
