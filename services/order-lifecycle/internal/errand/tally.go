package errand

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// Tally counts calls and changes of state.
type Tally struct {
	calls, transitions metric.Int64Counter
}

// NewTally makes the counters. The error is Terminal.
func NewTally(m metric.Meter) (*Tally, error) {
	calls, err := m.Int64Counter("facepay_wechat_calls", metric.WithDescription("calls to WeChat by what came of them"))
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "telemetry", "making the call counter")
	}
	transitions, err := m.Int64Counter("facepay_order_transitions", metric.WithDescription("changes of an order's state"))
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "telemetry", "making the transition counter")
	}
	return &Tally{calls, transitions}, nil
}

func (t *Tally) called(ctx context.Context, c order.Call) {
	t.calls.Add(ctx, 1, metric.WithAttributes(attribute.String("op", string(c.Op)), attribute.String("verdict", c.Verdict)))
}

func (t *Tally) moved(ctx context.Context, steps []order.Step) {
	for _, s := range steps {
		t.transitions.Add(ctx, 1, metric.WithAttributes(attribute.String("from", string(s.From)), attribute.String("to", string(s.To))))
	}
}

// WatchTimers shows by how much the oldest due timer is late, 0 when none is, and how many orders the sweeps cannot
// read. Each reading of the metrics is one indexed read. The error is Terminal.
func WatchTimers(m metric.Meter, orders *Orders, c clock.Clock) error {
	_, err := m.Int64ObservableGauge("facepay_order_oldest_due", metric.WithUnit("s"),
		metric.WithDescription("how long the oldest due timer has been waiting"),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			late, err := oldestDue(ctx, orders, c.Now())
			if err == nil {
				o.Observe(int64(late / time.Second))
			}
			return err
		}))
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "making the timer gauge")
	}
	_, err = m.Int64ObservableGauge("facepay_order_unreadable", metric.WithDescription("stored orders that do not decode; the log names them"),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			o.Observe(int64(orders.Unreadable()))
			return nil
		}))
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "making the gauge of unreadable orders")
	}
	return nil
}

// oldestDue is how late the oldest due order is, of those that can be read.
func oldestDue(ctx context.Context, orders *Orders, now time.Time) (time.Duration, error) {
	q := docstore.Query{Index: "due", Before: now, Limit: 1}
	for {
		page, err := orders.Documents().Find(ctx, q)
		if len(page.Records) > 0 {
			return now.Sub(page.Records[0].Doc.DueAt), nil
		}
		if _, skip := errors.AsType[*docstore.Unreadable](err); err != nil && !skip {
			return 0, err
		}
		if q.After = page.Next; q.After == "" {
			return 0, nil
		}
	}
}
