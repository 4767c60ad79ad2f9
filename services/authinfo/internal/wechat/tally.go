package wechat

import (
	"context"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

// Tally counts calls by operation and verdict.
type Tally struct{ calls metric.Int64Counter }

// NewTally makes the counter. The error is Terminal.
func NewTally(m metric.Meter) (*Tally, error) {
	calls, err := m.Int64Counter("facepay_authinfo_calls", metric.WithDescription("APIv3 calls to WeChat by what came of them"))
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "telemetry", "making the call counter")
	}
	return &Tally{calls}, nil
}

// report counts a call and tells it in one line, an ERROR when a person has to mend something. Answer prints no body.
func (d *Desk) report(ctx context.Context, op wechatpay.Operation, v wechatpay.Verdict, a wechatpay.Answer) {
	d.tally.calls.Add(ctx, 1, metric.WithAttributes(attribute.String("op", string(op)), attribute.String("verdict", string(v))))
	level := slog.LevelInfo
	switch {
	case v.Alarm():
		level = slog.LevelError
	case v == wechatpay.Accepted:
		level = slog.LevelDebug
	}
	d.log.Log(ctx, level, "wechat called", service.KeyMerchant, d.merchant.ID, "op", string(op), "verdict", string(v), "answer", a)
}
