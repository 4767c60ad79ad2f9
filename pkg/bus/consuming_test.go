package bus

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func TestAConsumerThatIsDeletedWhileItRunsMakesTheServiceUnreadyAndIsCounted(t *testing.T) {
	server, reader := serve(t, t.TempDir(), "127.0.0.1:0"), sdkmetric.NewManualReader()
	b, err := Connect(Options{URL: server.URL(), Meters: sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	b.tempo = quick()
	if err := b.Apply(t.Context(), Profile{}); err != nil {
		t.Fatal(err)
	}
	runs := make(chan event.Event, 16)
	started(t, b, 1, delivered(runs))
	publish(t, b, ended("before"))
	receive(t, runs, "the consumer works")
	wantReady(t, b)
	if n := failuresOf(t, reader, "KIOSK"); n != 0 {
		t.Errorf("%d failures of a consumer that works", n)
	}
	if err := b.js.DeleteConsumer(t.Context(), "KIOSK", service); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, "unready", func() bool { return fault.CodeOf(ping(t, b)) == "consumer_not_served" })
	if n := failuresOf(t, reader, "KIOSK"); n < failedAsks {
		t.Errorf("%d failures counted", n)
	}
	if n := failuresOf(t, reader, "NOTIFY"); n != 0 {
		t.Errorf("%d failures of another stream's consumer", n)
	}
	if err := b.Apply(t.Context(), Profile{}); err != nil { // somebody makes it again
		t.Fatal(err)
	}
	publish(t, b, ended("after"))
	receive(t, runs, "the consumer works again")
	within(t, 10*time.Second, "ready again", func() bool { return ping(t, b) == nil })
}

func TestASubscriptionThatWasStoppedIsNotAskedAbout(t *testing.T) {
	b := applied(t, quick())
	s := subscribe(t, b, 1, answers(nil))
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.js.DeleteConsumer(t.Context(), "KIOSK", service); err != nil {
		t.Fatal(err)
	}
	within(t, 10*time.Second, "unready", func() bool { return fault.CodeOf(ping(t, b)) == "consumer_not_served" })
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantReady(t, b)
}

func wantReady(t *testing.T, b *Bus) {
	t.Helper()
	if err := ping(t, b); err != nil {
		t.Error(err)
	}
}

// ping is what readiness asks.
func ping(t *testing.T, b *Bus) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	return b.Ping(ctx)
}

// failuresOf is what the metric says of the service's consumer on a stream.
func failuresOf(t *testing.T, reader sdkmetric.Reader, stream string) (n int64) {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			if m.Name != "facepay_consumer_failures" {
				continue
			}
			for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
				of, _ := point.Attributes.Value("stream")
				by, _ := point.Attributes.Value("service")
				if of == attribute.StringValue(stream) && by == attribute.StringValue(service) {
					n += point.Value
				}
			}
		}
	}
	return n
}
