package errand

import (
	"context"
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

// WatchTimers shows by how much the oldest due timer is late; 0 when none is. Each reading of the metric is one indexed
// read. The error is Terminal.
func WatchTimers(m metric.Meter, orders *Orders, c clock.Clock) error {
	_, err := m.Int64ObservableGauge("facepay_order_oldest_due", metric.WithUnit("s"),
		metric.WithDescription("how long the oldest due timer has been waiting"),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			now := c.Now()
			page, err := orders.Documents().Find(ctx, docstore.Query{Index: "due", Before: now, Limit: 1})
			if err != nil {
				return err
			}
			late := time.Duration(0)
			for _, rec := range page.Records {
				late = now.Sub(rec.Doc.DueAt)
			}
			o.Observe(int64(late / time.Second))
			return nil
		}))
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "making the timer gauge")
	}
	return nil
}
