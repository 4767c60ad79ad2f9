package stack

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
)

func TestAFolderInUseIsRefusedAndNotTouched(t *testing.T) {
	o := Options{Dir: t.TempDir(), Scale: 20, Log: slog.New(slog.DiscardHandler)}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	before := settings(t, o.Dir)
	o.Scale = 60
	if second, err := Start(t.Context(), o); fault.CodeOf(err) != "folder_in_use" || !fault.Is(err, fault.Terminal) {
		t.Errorf("a second start says %v, %v", second, err)
	}
	if err := Init(o.Dir, "http://127.0.0.1:1", "http://127.0.0.1:2", time.Now()); fault.CodeOf(err) != "folder_in_use" {
		t.Errorf("init says %v", err)
	}
	if after := settings(t, o.Dir); !maps.Equal(before, after) {
		t.Errorf("the folder changed from %v to %v", before["clock.json"], after["clock.json"])
	}
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Bus.Ping(soon); err != nil {
		t.Errorf("the first one suffered: %v", err)
	}
	if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	again, err := Start(t.Context(), o)
	if err != nil {
		t.Fatalf("after the stop: %v", err)
	}
	if err := again.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestAStartThatFailsGivesTheFolderBack(t *testing.T) {
	dir := t.TempDir()
	if _, err := Start(t.Context(), Options{Dir: dir, NATS: "no address", Log: slog.New(slog.DiscardHandler)}); err == nil {
		t.Fatal("it started")
	}
	release, err := lockFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}

// settings are the files that a start writes, by name.
func settings(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, name := range []string{"clock.json", "merchants.yaml", "sandbox.yaml", "keys/merchant_key.pem", "keys/seal_keys.txt", "keys/user_key.txt"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		found[name] = string(text)
	}
	return found
}

func TestASecretHalfWrittenByAKillIsMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "user_key.txt")
	if err := os.WriteFile(path+".new", []byte("ha"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "second"} {
		if err := writeOnce(path, text); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "first" {
		t.Errorf("it holds %q, %v", text, err)
	}
}
