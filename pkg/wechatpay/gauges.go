package wechatpay

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/gate"
)

const meterName = "github.com/facepay-go/facepay/pkg/wechatpay"

// gauges show what the gate of an account does: facepay_wechat_held counts calls that could not go at once, by account,
// operation, cause (rate, back_off, outage, crowd) and whether they went after all; facepay_wechat_circuit is 0 while
// calls go, 1 while those who waited are let through, 2 during an outage; facepay_wechat_waiting is how many wait.
type gauges struct {
	account attribute.KeyValue
	held    metric.Int64Counter
}

func newGauges(a *Account, o Options) (gauges, error) {
	held, err := o.Meters.Meter(meterName).Int64Counter("facepay_wechat_held",
		metric.WithDescription("Calls to WeChat Pay that could not go at once"))
	if err != nil {
		return gauges{}, fault.Wrap(err, fault.Terminal, "telemetry", "counting calls held back")
	}
	return gauges{account: attribute.String("account", a.id), held: held}, nil
}

func (g gauges) count(h gate.Held) {
	g.held.Add(context.Background(), 1, metric.WithAttributes(g.account, attribute.String("operation", h.Endpoint),
		attribute.String("cause", string(h.Cause)), attribute.Bool("went", h.Went)))
}

// watch shows the state of the gate from now on, for the life of the process.
func (g gauges) watch(o Options, states *gate.Gate) error {
	meter := o.Meters.Meter(meterName)
	circuit, err := meter.Int64ObservableGauge("facepay_wechat_circuit",
		metric.WithDescription("0 closed: calls go; 1 draining: those who waited are let through; 2 open: an outage"))
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "showing the circuit")
	}
	waiting, err := meter.Int64ObservableGauge("facepay_wechat_waiting", metric.WithDescription("Calls to WeChat Pay that wait for their turn"))
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "showing who waits")
	}
	_, err = meter.RegisterCallback(func(_ context.Context, see metric.Observer) error {
		see.ObserveInt64(circuit, int64(states.State()), metric.WithAttributes(g.account))
		see.ObserveInt64(waiting, int64(states.Waiting()), metric.WithAttributes(g.account))
		return nil
	}, circuit, waiting)
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "showing the circuit")
	}
	return nil
}

func noMeters() metric.MeterProvider { return noop.NewMeterProvider() }
