package service

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
)

// adminPort runs an admin port with its gate open.
func adminPort(t *testing.T, cfg AdminConfig, log *slog.Logger, checks map[string]func(context.Context) error) (*Admin, *Telemetry) {
	t.Helper()
	telemetry, err := NewTelemetry(t.Context(), "authinfo", "1.0.0", TelemetryConfig{})
	if err != nil {
		t.Fatal(err)
	}
	a := NewAdmin(cfg, log, telemetry.Registry)
	for name, check := range checks {
		a.Check(name, check)
	}
	for _, p := range []Part{a.Part(), a.Gate()} {
		if err := p.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := p.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	return a, telemetry
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestReadyNamesTheFailingCheckAndNotItsText(t *testing.T) {
	var away atomic.Bool
	var log bytes.Buffer
	a, _ := adminPort(t, AdminConfig{}, slog.New(slog.NewTextHandler(&log, nil)), map[string]func(context.Context) error{
		"store": func(context.Context) error { return nil },
		"broker": func(context.Context) error {
			if away.Load() {
				return fault.Wrap(errors.New("10.0.0.7 refused"), fault.Retry, "broker_away", "asking")
			}
			return nil
		},
	})
	if code, body := get(t, a.URL()+"/readyz"); code != 200 || body != "{\"ready\":true}\n" {
		t.Errorf("ready: %d %s", code, body)
	}
	away.Store(true)
	for range 3 {
		if code, body := get(t, a.URL()+"/readyz"); code != 503 || body != `{"ready":false,"failing":[{"check":"broker","class":"retry","code":"broker_away"}]}`+"\n" {
			t.Errorf("not ready: %d %s", code, body)
		}
	}
	if code, body := get(t, a.URL()+"/healthz"); code != 200 || body != "ok\n" {
		t.Errorf("alive all the time: %d %s", code, body)
	}
	away.Store(false)
	if code, _ := get(t, a.URL()+"/readyz"); code != 200 {
		t.Errorf("ready again: %d", code)
	}
	if n := strings.Count(log.String(), "not ready"); n != 1 || !strings.Contains(log.String(), "10.0.0.7") || !strings.Contains(log.String(), "ready again") {
		t.Errorf("three probes of one outage are logged as %s", log.String())
	}
}

func TestReadyOnlyBetweenStartAndStop(t *testing.T) {
	a := NewAdmin(AdminConfig{}, quiet, mustTelemetry(t).Registry)
	if err := a.Part().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ready := func(want int) {
		t.Helper()
		if code, body := get(t, a.URL()+"/readyz"); code != want {
			t.Errorf("%d %s, want %d", code, body, want)
		}
	}
	ready(503)
	if err := a.Gate().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ready(200)
	if err := a.Gate().Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	ready(503)
	if err := a.Part().Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestACheckThatHangsIsAFailingCheck(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	r := &readiness{log: quiet}
	r.open.Store(true)
	r.add("stuck", func(context.Context) error { <-release; return nil })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := r.failing(ctx); len(got) != 1 || got[0].Check != "stuck" || got[0].Code != "check_timeout" {
		t.Errorf("got %v", got)
	}
}

func TestPprofIsOpenOnlyWhenConfigured(t *testing.T) {
	closed, _ := adminPort(t, AdminConfig{}, quiet, nil)
	if code, _ := get(t, closed.URL()+"/debug/pprof/"); code != 404 {
		t.Errorf("not configured: %d", code)
	}
	open, _ := adminPort(t, AdminConfig{Pprof: true}, quiet, nil)
	if code, body := get(t, open.URL()+"/debug/pprof/"); code != 200 || !strings.Contains(body, "goroutine") {
		t.Errorf("configured: %d %s", code, body)
	}
}

func TestAdminListensOnLoopbackUnlessToldOtherwise(t *testing.T) {
	a, _ := adminPort(t, AdminConfig{}, quiet, nil)
	if !strings.HasPrefix(a.URL(), "http://127.0.0.1:") {
		t.Errorf("it listens at %s", a.URL())
	}
}

func TestATakenAdminPortStopsTheStart(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a := NewAdmin(AdminConfig{Listen: l.Addr().String()}, quiet, mustTelemetry(t).Registry)
	if err := a.Part().Start(t.Context()); fault.CodeOf(err) != "admin_listen" {
		t.Errorf("got %v", err)
	}
}
