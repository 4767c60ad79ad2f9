package tally

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/metric"
)

// maker makes instruments and remembers what failed, so that a list of them reads as a list.
type maker struct {
	meter metric.Meter
	err   error
}

func (m *maker) counter(name, about string) metric.Int64Counter {
	c, err := m.meter.Int64Counter(name, metric.WithDescription(about))
	m.err = errors.Join(m.err, err)
	return c
}

func (m *maker) seconds(name, about string) metric.Float64Histogram {
	h, err := m.meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(about),
		metric.WithExplicitBucketBoundaries(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5))
	m.err = errors.Join(m.err, err)
	return h
}

func (m *maker) gauge(name, unit, about string, read func() float64) {
	_, err := m.meter.Float64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(about),
		metric.WithFloat64Callback(func(_ context.Context, o metric.Float64Observer) error {
			o.Observe(read())
			return nil
		}))
	m.err = errors.Join(m.err, err)
}
