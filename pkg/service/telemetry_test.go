package service

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	"github.com/facepay-go/facepay/pkg/fault"
)

func mustTelemetry(t *testing.T) *Telemetry {
	t.Helper()
	telemetry, err := NewTelemetry(t.Context(), "authinfo", "1.0.0", TelemetryConfig{})
	if err != nil {
		t.Fatal(err)
	}
	return telemetry
}

func TestMetricsAppearOnTheAdminPortWithTheRuntimes(t *testing.T) {
	a, telemetry := adminPort(t, AdminConfig{}, quiet, nil)
	sessions, err := telemetry.Meters.Meter("authinfo").Int64Counter("facepay.sessions", metric.WithUnit("{session}"))
	if err != nil {
		t.Fatal(err)
	}
	sessions.Add(t.Context(), 3)
	_, body := get(t, a.URL()+"/metrics")
	for _, want := range []string{"facepay_sessions_total 3", "go_goroutines ", `target_info{service_name="authinfo",service_version="1.0.0"} 1`} {
		if !strings.Contains(body, want) {
			t.Errorf("/metrics has no %s in\n%s", want, body)
		}
	}
}

func TestTracesGoToTheCollectorBeforeTheStopEnds(t *testing.T) {
	paths := make(chan string, 8)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { paths <- r.URL.Path }))
	defer collector.Close()
	telemetry, err := NewTelemetry(t.Context(), "authinfo", "1.0.0", TelemetryConfig{OTLPEndpoint: collector.URL})
	if err != nil {
		t.Fatal(err)
	}
	_, span := telemetry.Tracers.Tracer("x").Start(t.Context(), "work")
	span.End()
	if err := telemetry.Part().Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	select {
	case path := <-paths:
		if path != "/v1/traces" {
			t.Errorf("sent to %s", path)
		}
	default:
		t.Error("nothing was sent")
	}
}

func TestACollectorThatIsAwayIsNoErrorOfTheStop(t *testing.T) {
	telemetry, err := NewTelemetry(t.Context(), "authinfo", "1.0.0", TelemetryConfig{OTLPEndpoint: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	_, span := telemetry.Tracers.Tracer("x").Start(t.Context(), "work")
	span.End()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := telemetry.Part().Stop(ctx); err != nil {
		t.Error(err)
	}
}

func TestWithoutACollectorNoTraceIsMade(t *testing.T) {
	ctx, span := mustTelemetry(t).Tracers.Tracer("x").Start(t.Context(), "work")
	if span.IsRecording() || trace.SpanContextFromContext(ctx).IsValid() {
		t.Error("a trace was made")
	}
}

func TestSamplePercentIsAPercentage(t *testing.T) {
	for _, percent := range []int{-1, 101} {
		_, err := NewTelemetry(t.Context(), "authinfo", "1.0.0", TelemetryConfig{OTLPEndpoint: "http://127.0.0.1:1", SamplePercent: &percent})
		if !fault.Is(err, fault.Terminal) {
			t.Errorf("%d: %v", percent, err)
		}
	}
}
