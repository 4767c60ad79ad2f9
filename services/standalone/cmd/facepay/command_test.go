package main

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// typed runs a command line of facepay.
func typed(t *testing.T, args ...string) (code int, out, problem string) {
	t.Helper()
	var stdout, stderr strings.Builder
	root := rootCommand()
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	root.SetArgs(args)
	code = cli.Main(t.Context(), root, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestAKioskIsPlayedFromFaceToMoneyAndARefusedFactIsAnError(t *testing.T) {
	s, err := stack.Start(t.Context(), stack.Options{Dir: t.TempDir(), Scale: 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	kiosk := func(args ...string) (int, string, string) {
		return typed(t, append([]string{"kiosk", "--nats", s.NATSURL, "--control", s.Sandbox.ControlURL()}, args...)...)
	}
	code, out, problem := kiosk("start", "--user", "alice", "--device", "KIOSK-0007")
	_, number, ok := strings.Cut(out, "NUMBER=")
	if number = strings.TrimSpace(number); code != 0 || !ok {
		t.Fatal(code, out, problem)
	}
	if opened := "facepay.order.opened.demo." + number + ".KIOSK-0007\n"; !strings.Contains(out, opened) {
		t.Errorf("it does not show %s in %s", opened, out)
	}
	if code, out, problem := kiosk("end", number, "--fen", "350"); code != 0 || !strings.Contains(out, "facepay.order.paid.demo."+number+".KIOSK-0007") {
		t.Fatal(code, out, problem)
	}
	code, out, problem = kiosk("end", number, "--fen", "999")
	if code != 1 || !strings.Contains(out, "facepay.order.fact_rejected.demo."+number) || !strings.Contains(problem, "already_ended: ") {
		t.Errorf("another end of the same order: %d, %s, %s", code, out, problem)
	}
	code, _, problem = kiosk("start", "--creds", filepath.Join(t.TempDir(), "nobody.creds"))
	if code != 1 || !strings.Contains(problem, "nobody.creds") {
		t.Errorf("--creds is not honoured: %d, %s", code, problem)
	}
}

func TestNumbersOutOfBoundsAreRefusedByName(t *testing.T) {
	for flag, args := range map[string][]string{
		"--scale":  {"run", "--scale", "0"},
		"--orders": {"demo", "--orders", "0"},
		"--kiosks": {"demo", "--kiosks", "-1"},
		"--fen":    {"kiosk", "end", "N1", "--fen", "-5"},
	} {
		if code, _, problem := typed(t, args...); code != 1 || !strings.Contains(problem, "["+flag+"]") {
			t.Errorf("%v: %d, %s", args, code, problem)
		}
	}
}

func TestAnAddressInUseIsToldWithItsFlag(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	for _, flag := range []string{"--listen-nats", "--listen-door", "--listen-sandbox", "--listen-control"} {
		args := []string{"run", "--data", t.TempDir(), "--listen-nats", "127.0.0.1:0", "--listen-door", "127.0.0.1:0",
			"--listen-sandbox", "127.0.0.1:0", "--listen-control", "127.0.0.1:0", flag, taken.Addr().String()}
		if code, _, problem := typed(t, args...); code != 1 || !strings.Contains(problem, flag+" gives another address") {
			t.Errorf("%s: %d, %s", flag, code, problem)
		}
	}
}
