package service

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/attribute"
	otlp "go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	otelprometheus "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/facepay-go/facepay/pkg/fault"
)

// TelemetryConfig says where traces go. Metrics are always on the admin port.
type TelemetryConfig struct {
	// OTLPEndpoint is the base URL of an OTLP/HTTP collector, http://127.0.0.1:4318; no traces are made when empty.
	OTLPEndpoint string `yaml:"otlp_endpoint"`
	// SamplePercent of new traces are kept, 0..100; 100 when absent. A caller's own decision is followed.
	SamplePercent *int `yaml:"sample_percent"`
}

// Telemetry is metrics and traces. It is passed in; nothing is set globally.
type Telemetry struct {
	// Meters make instruments that appear on the admin port.
	Meters metric.MeterProvider
	// Tracers make spans; without a collector they make none and carry the caller's trace on.
	Tracers trace.TracerProvider
	// Registry is what /metrics shows.
	Registry *prometheus.Registry

	shutdowns []func(context.Context) error
}

// NewTelemetry sets metrics and traces up under the service's name and version. It connects to nothing yet; a collector
// that is away costs traces, never the service. Errors are of class Terminal.
func NewTelemetry(ctx context.Context, service, version string, cfg TelemetryConfig) (*Telemetry, error) {
	about := resource.NewSchemaless(attribute.String("service.name", service), attribute.String("service.version", version))
	t := &Telemetry{Registry: prometheus.NewRegistry()}
	if err := t.addMetrics(about); err != nil {
		return nil, err
	}
	if cfg.OTLPEndpoint == "" {
		t.Tracers = noop.NewTracerProvider()
		return t, nil
	}
	if err := t.addTraces(ctx, about, cfg); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Telemetry) addMetrics(about *resource.Resource) error {
	err := errors.Join(
		t.Registry.Register(collectors.NewGoCollector()),
		t.Registry.Register(collectors.NewProcessCollector(collectors.ProcessCollectorOpts{})),
	)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "registering the runtime's metrics")
	}
	exporter, err := otelprometheus.New(otelprometheus.WithRegisterer(t.Registry), otelprometheus.WithoutScopeInfo())
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "setting metrics up")
	}
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(exporter), sdkmetric.WithResource(about))
	t.Meters = meters
	t.shutdowns = append(t.shutdowns, meters.Shutdown)
	return nil
}

func (t *Telemetry) addTraces(ctx context.Context, about *resource.Resource, cfg TelemetryConfig) error {
	percent := 100
	if cfg.SamplePercent != nil {
		percent = *cfg.SamplePercent
	}
	if percent < 0 || percent > 100 {
		return fault.Invalid("telemetry.sample_percent", "telemetry", "must be 0 to 100")
	}
	exporter, err := otlp.New(ctx, otlp.WithEndpointURL(cfg.OTLPEndpoint+"/v1/traces"))
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "setting traces up")
	}
	sampler := sdktrace.ParentBased(sdktrace.TraceIDRatioBased(float64(percent) / 100))
	tracers := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithSampler(sampler), sdktrace.WithResource(about))
	t.Tracers = tracers
	t.shutdowns = append(t.shutdowns, tracers.Shutdown)
	return nil
}

// Propagator carries the W3C traceparent and tracestate from and to headers.
func (t *Telemetry) Propagator() propagation.TextMapPropagator { return propagation.TraceContext{} }

// Part sends what is left at the stop, for at most flushTime. What a collector that is away does not take is lost
// without an error: traces never decide how a service ends.
func (t *Telemetry) Part() Part {
	return Part{Name: "telemetry", Stop: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, flushTime)
		defer cancel()
		for _, shutdown := range t.shutdowns {
			_ = shutdown(ctx)
		}
		return nil
	}}
}
