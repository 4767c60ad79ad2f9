package errand

import (
	"context"
	"errors"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Late tells how late the oldest due call of one kind of documents is.
type Late interface {
	Late(ctx context.Context) (time.Duration, error)
}

// Watch shows by how much the oldest due call is late, 0 when none is, by kind. Each reading of the metrics is one indexed
// read per kind. The error is Terminal.
func Watch(m metric.Meter, kinds map[string]Late) error {
	_, err := m.Int64ObservableGauge("facepay_authinfo_oldest_due", metric.WithUnit("s"),
		metric.WithDescription("how long the oldest due call to WeChat has been waiting"),
		metric.WithInt64Callback(func(ctx context.Context, o metric.Int64Observer) error {
			var failed []error
			for kind, of := range kinds {
				late, err := of.Late(ctx)
				if err == nil {
					o.Observe(int64(late/time.Second), metric.WithAttributes(attribute.String("kind", kind)))
				}
				failed = append(failed, err)
			}
			return errors.Join(failed...)
		}))
	if err != nil {
		return fault.Wrap(err, fault.Terminal, "telemetry", "making the timer gauge")
	}
	return nil
}

// Late is how late the oldest due call is, of those documents that can be read.
func (x *Errands[S]) Late(ctx context.Context) (time.Duration, error) {
	now := x.Clock.Now()
	q := docstore.Query{Index: "due", Before: now, Limit: 1}
	for {
		page, err := x.Store.Documents().Find(ctx, q)
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
