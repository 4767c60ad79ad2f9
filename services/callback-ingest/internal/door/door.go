// Package door is where WeChat Pay's notifications come in: read, verify, decrypt, store, answer. The answer waits for
// the store and for nothing behind it.
package door

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/semaphore"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/journal"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/route"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

// Deps are what a Door works with.
type Deps struct {
	// Accounts are the keys of every channel account, by our id.
	Accounts map[string]Keys
	Router   route.Router
	// Store is nil for a new fact on disk, Duplicate for a known one, Retry when it cannot say in time.
	Store func(context.Context, *journal.Notice) error
	// Accepted is told of every new notice that waits to be published, and of what was read in it; Repeated of every fact
	// told again. Neither blocks.
	Accepted func(*journal.Notice, route.Routed)
	Repeated func(id string)
	Tally    *tally.Tally
	Clock    clock.Clock
	Tracer   trace.Tracer
	Log      *slog.Logger
}

// Door is the HTTP handler.
type Door struct {
	Deps
	budget   budget
	refusals sampler
}

// New makes a door that holds at most maxInFlight bytes of bodies at a time and refuses more with 503.
func New(deps Deps, maxInFlight int64) *Door {
	return &Door{Deps: deps, budget: budget{semaphore.NewWeighted(maxInFlight)}}
}

// ServeHTTP answers one delivery, then lets the notice go on.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	got := &delivery{began: time.Now(), requestID: told(r.Header, "Request-ID")} // the machine's clock, like every wait of the network
	ctx := d.take(context.WithoutCancel(r.Context()), w, r, got)
	answer(w, got)
	took := time.Since(got.began)

	switch got.outcome {
	case tally.Accepted:
		d.Accepted(got.notice, got.routed)
	case tally.Duplicate:
		d.Repeated(got.notice.ID)
	}
	d.Tally.Answered(ctx, got.counted(took))
	if got.notice != nil {
		got.log(ctx, d.Log, took)
	} else if leftOut, logged := d.refusals.take(d.Clock.Now(), got.reason); logged {
		got.log(ctx, d.Log, took, slog.Int("left_out", leftOut))
	}
}

// take goes the whole way in, and ends got with an outcome. The sender's hanging up does not stop it: what is genuine is
// kept. Nothing is held for a request before its headers are in order, and only a genuine notification has a span, which
// is in the ctx that comes back: whoever opens connections must not make us work.
func (d *Door) take(ctx context.Context, w http.ResponseWriter, r *http.Request, got *delivery) context.Context {
	account, err := d.accountOf(r)
	if got.account = account; err != nil {
		got.refuse(err)
		return ctx
	}
	keys := d.Accounts[account]
	d.Tally.Received(ctx, account)
	if err := keys.Ring.CheckHeaders(d.Clock.Now(), r.Header); err != nil {
		got.refuse(err)
		return ctx
	}
	body := held{budget: d.budget}
	defer body.leave()
	raw, err := body.read(w, r)
	if err != nil {
		got.refuse(err)
		return ctx
	}
	d.Tally.Arrived()
	defer d.Tally.Settled()
	now := d.Clock.Now()
	envelope, plain, err := keys.open(now, r.Header, raw)
	if err != nil {
		got.refuse(err)
		return ctx
	}
	ctx, span := d.Tracer.Start(ctx, spanName, trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(got.began))
	defer span.End()
	n := &journal.Notice{
		Account: got.account, EventType: string(envelope.EventType), NotificationID: envelope.ID, CreateTime: envelope.CreateTime,
		ReceivedAt: now, Signed: signedBy(r.Header), Body: raw, Entity: plain, TraceParent: traceParent(ctx),
	}
	outcome := d.classify(n, got)
	got.notice = n
	got.accept(outcome, d.Store(ctx, n))
	return ctx
}

func traceParent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}
