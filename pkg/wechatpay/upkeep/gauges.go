package upkeep

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// gauges are what an operator's alarms are made of.
type gauges struct {
	inUse            metric.Int64Counter
	unusable, failed metric.Int64Gauge
}

func newGauges(meters metric.MeterProvider, accounts []Kept) (*gauges, error) {
	meter := meters.Meter("github.com/facepay-go/facepay/pkg/wechatpay/upkeep")
	g := &gauges{}
	var errs [4]error
	g.inUse, errs[0] = meter.Int64Counter("facepay_wechat_keys_changed", metric.WithDescription("Times other keys came into use"))
	g.unusable, errs[1] = meter.Int64Gauge("facepay_wechat_keys_refused", metric.WithDescription("1 while the key files hold what cannot be used"))
	g.failed, errs[2] = meter.Int64Gauge("facepay_wechat_certificates_failed", metric.WithDescription("1 after a download of certificates that failed"))
	_, errs[3] = meter.Int64ObservableGauge("facepay_wechat_certificate_not_after",
		metric.WithDescription("The end of a certificate in use"), metric.WithUnit("s"),
		metric.WithInt64Callback(func(_ context.Context, see metric.Int64Observer) error {
			for _, k := range accounts {
				for _, c := range wechatpay.Certificates(k.Account, k.Ring) {
					see.Observe(c.NotAfter.Unix(), metric.WithAttributes(attribute.String("account", c.Account),
						attribute.String("kind", string(c.Kind)), attribute.String("serial", c.Serial)))
				}
			}
			return nil
		}))
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "telemetry", "showing the state of keys")
	}
	return g, nil
}

func (g *gauges) changed(account string) { g.inUse.Add(context.Background(), 1, of(account)) }
func (g *gauges) refused(account string, err error) {
	g.unusable.Record(context.Background(), oneFor(err), of(account))
}
func (g *gauges) downloaded(account string, err error) {
	g.failed.Record(context.Background(), oneFor(err), of(account))
}

func of(account string) metric.MeasurementOption {
	return metric.WithAttributes(attribute.String("account", account))
}

func oneFor(err error) int64 {
	if err != nil {
		return 1
	}
	return 0
}
