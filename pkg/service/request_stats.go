package service

import (
	"context"
	"maps"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// EndpointStats is the data of an endpoint in the answer to $SRV.STATS, which `nats micro info` prints: micro itself counts
// only what it hands over.
type EndpointStats struct {
	// Running is how many handlers run now.
	Running int `json:"running"`
	// Finished were answered, with or without an error.
	Finished uint64 `json:"finished"`
	// Refused never reached the handler: unreadable, busy, stopping.
	Refused uint64 `json:"refused"`
	// Errors counts finished and refused ones by code.
	Errors map[string]uint64 `json:"errors,omitempty"`
	// HandlingMS is the time all finished ones took together, in milliseconds.
	HandlingMS int64 `json:"handling_ms"`
}

type endpointStats struct {
	mu sync.Mutex
	EndpointStats
}

func newEndpointStats() *endpointStats {
	return &endpointStats{EndpointStats: EndpointStats{Errors: map[string]uint64{}}}
}

func (s *endpointStats) refused(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Refused++
	s.Errors[code]++
}

func (s *endpointStats) started() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Running++
}

// left: the handler returned, be it after its answer.
func (s *endpointStats) left() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Running--
}

// finished counts an answer; code is "" for a good one.
func (s *endpointStats) finished(code string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Finished++
	s.HandlingMS += took.Milliseconds()
	if code != "" {
		s.Errors[code]++
	}
}

func (s *endpointStats) snapshot() EndpointStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.EndpointStats
	now.Errors = maps.Clone(s.Errors)
	return now
}

// requestMeter measures requests for the admin port.
type requestMeter struct{ duration metric.Float64Histogram }

func newRequestMeter(meters metric.MeterProvider) (*requestMeter, error) {
	h, err := meters.Meter("facepay").Float64Histogram("facepay.request.duration", metric.WithUnit("s"),
		metric.WithDescription("Time from the arrival of a request to its answer."),
		metric.WithExplicitBucketBoundaries(.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10))
	return &requestMeter{duration: h}, err
}

// record measures one answered request; code is "" for a good one.
func (m *requestMeter) record(ctx context.Context, endpoint, code string, took time.Duration) {
	m.duration.Record(ctx, took.Seconds(), metric.WithAttributes(attribute.String("endpoint", endpoint), attribute.String("code", code)))
}
