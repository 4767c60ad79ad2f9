package tally

import (
	"context"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Tally holds the instruments. It is safe for concurrent use.
type Tally struct {
	clock      clock.Clock
	received   metric.Int64Counter
	deliveries metric.Int64Counter
	published  metric.Int64Counter
	failed     metric.Int64Counter
	turnedAway metric.Int64Counter
	took       metric.Float64Histogram
	accounts   *labels[string]
	answers    *labels[answer]
	outcomes   *labels[Outcome]
	counts     counts
	// oldest is when the oldest notice that waits was received, in Unix milliseconds; 0 when none waits.
	oldest atomic.Int64
}

// Delivery is one answered delivery, as it is counted.
type Delivery struct {
	// Account and Kind are "" when they were not established. Both are from closed sets.
	Account, Kind string
	Outcome       Outcome
	// Reason is a code that says more about the outcome; "" when there is no more to say.
	Reason string
	// Took is from the arrival of the headers to the answer.
	Took time.Duration
}

// New makes the instruments. An error is Terminal.
func New(meters metric.MeterProvider, c clock.Clock) (*Tally, error) {
	t := &Tally{clock: c, accounts: newLabels(ofAccount), answers: newLabels(ofAnswer), outcomes: newLabels(ofOutcome)}
	t.counts.outcomes, t.counts.reasons = map[Outcome]int64{}, map[string]int64{}
	m := &maker{meter: meters.Meter("facepay")}
	t.received = m.counter("facepay.ingest.received", "Requests to the doors of known accounts.")
	t.deliveries = m.counter("facepay.ingest.deliveries", "Answered requests by account, kind, outcome and reason.")
	t.published = m.counter("facepay.ingest.published", "Notices whose event the broker acknowledged.")
	t.failed = m.counter("facepay.ingest.publish_failures", "Publications that failed; the sweep tries again.")
	t.took = m.seconds("facepay.ingest.answer_time", "Time to the answer. WeChat gives up after 5 s.")
	t.turnedAway = m.counter("facepay.ingest.connections_refused", "Connections closed because their source had too many.")
	m.gauge("facepay.ingest.connections", "{connection}", "Open connections.",
		func() float64 { return float64(t.counts.connections.Load()) })
	m.gauge("facepay.ingest.publish_lag", "s", "Age of the oldest notice that waits to be published; 0 when none waits.",
		func() float64 { return t.lag().Seconds() })
	if m.err != nil {
		return nil, fault.Wrap(m.err, fault.Terminal, "telemetry", "making the metrics of the door")
	}
	t.turnedAway.Add(context.Background(), 0) // on the page before the first one
	return t, nil
}

// Received counts a request that reached an account's door.
func (t *Tally) Received(ctx context.Context, account string) {
	t.counts.received.Add(1)
	t.received.Add(ctx, 1, t.accounts.of(account))
}

// Arrived counts a delivery in that was read completely: from now on its answer costs work. Settled counts it out.
func (t *Tally) Arrived() { t.counts.inHand.Add(1) }

// Settled is called when an answer is known.
func (t *Tally) Settled() { t.counts.inHand.Add(-1) }

// InHand is how many deliveries arrived whose answers are not known yet. Senders that are slow are not among them.
func (t *Tally) InHand() int64 { return t.counts.inHand.Load() }

// Connected counts a connection in, Disconnected counts it out.
func (t *Tally) Connected() { t.counts.connections.Add(1) }

// Disconnected is called when a connection ended.
func (t *Tally) Disconnected() { t.counts.connections.Add(-1) }

// ConnectionRefused counts a connection that was closed at once, since its source had too many.
func (t *Tally) ConnectionRefused() {
	t.counts.refused.Add(1)
	t.turnedAway.Add(context.Background(), 1)
}

// Answered counts an answer.
func (t *Tally) Answered(ctx context.Context, d Delivery) {
	t.counts.answered(d)
	t.deliveries.Add(ctx, 1, t.answers.of(answer{d.Account, d.Kind, d.Outcome, d.Reason}))
	t.took.Record(ctx, d.Took.Seconds(), t.outcomes.of(d.Outcome))
}

// Published counts n events that the broker acknowledged, and failed ones that it did not.
func (t *Tally) Published(ctx context.Context, n, failed int) {
	t.counts.published.Add(int64(n))
	t.published.Add(ctx, int64(n))
	t.failed.Add(ctx, int64(failed))
}

// Waiting tells since when the oldest waiting notice waits; the zero time: none waits.
func (t *Tally) Waiting(since time.Time) {
	if since.IsZero() {
		t.oldest.Store(0)
		return
	}
	t.oldest.Store(since.UnixMilli())
}

func (t *Tally) lag() time.Duration {
	since := t.oldest.Load()
	if since == 0 {
		return 0
	}
	return max(0, t.clock.Now().Sub(time.UnixMilli(since)))
}
