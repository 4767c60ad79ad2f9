package bus

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/facepay-go/facepay/pkg/fault"
)

// failedAsks in a row mean that a consumer does not work: it was deleted, or its stream has no leader. One alone is also
// what a change of leader looks like.
const failedAsks = 2

// consuming remembers which of our consumers refuse their asks or leave them unanswered. Such a service takes no events, so
// it must not be called ready.
type consuming struct {
	// failures counts failed asks.
	failures metric.Int64Counter

	mu sync.Mutex
	// failed has an entry for each consumer whose last ask failed.
	failed map[consumerName]failedAsk
}

// consumerName names a consumer.
type consumerName struct{ service, stream string }

// failedAsk is how often in a row asking failed, and how the last time.
type failedAsk struct {
	times int
	last  error
}

// newConsuming: the error is Terminal. Without meters nothing is counted.
func newConsuming(meters metric.MeterProvider) (*consuming, error) {
	if meters == nil {
		meters = noop.NewMeterProvider()
	}
	counter, err := meters.Meter("facepay").Int64Counter("facepay_consumer_failures",
		metric.WithDescription("asks for events that the broker refused or left unanswered"))
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "telemetry", "making the metric of consumers")
	}
	return &consuming{failures: counter, failed: map[consumerName]failedAsk{}}, nil
}

// answered notes an event, or the word that there is none.
func (c *consuming) answered(of consumerName) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.failed, of)
}

// refused notes an ask that failed.
func (c *consuming) refused(of consumerName, err error) {
	c.failures.Add(context.Background(), 1, metric.WithAttributes(
		attribute.String("service", of.service), attribute.String("stream", of.stream), attribute.String("code", fault.CodeOf(err))))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed[of] = failedAsk{times: c.failed[of].times + 1, last: err}
}

// fault is nil unless a consumer does not work.
func (c *consuming) fault() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for of, f := range c.failed {
		if f.times >= failedAsks {
			return fault.Wrap(f.last, fault.Retry, "consumer_not_served", "taking the events of "+of.stream+" for "+of.service)
		}
	}
	return nil
}
