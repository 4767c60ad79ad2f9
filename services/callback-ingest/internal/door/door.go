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

// Pattern is the path of the notify_url contract; {account} selects the keys (architecture.md §4).
const Pattern = "POST /v1/notify/wechat/{account}"

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
	budget budget
}

// New makes a door that holds at most maxInFlight bytes of requests at a time and refuses more with 503.
func New(deps Deps, maxInFlight int64) *Door {
	return &Door{Deps: deps, budget: budget{semaphore.NewWeighted(maxInFlight)}}
}

// Handler routes to the door.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(Pattern, d)
	return mux
}

// ServeHTTP answers one delivery, then lets the notice go on.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now() // measured on the machine's clock, like every wait of the network
	ctx, span := d.Tracer.Start(context.WithoutCancel(r.Context()), Pattern, trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()
	got := &delivery{requestID: told(r.Header, "Request-ID")}
	d.take(ctx, w, r, got)
	answer(w, got)
	took := time.Since(began)

	switch got.outcome {
	case tally.Accepted:
		d.Accepted(got.notice, got.routed)
	case tally.Duplicate:
		d.Repeated(got.notice.ID)
	}
	d.Tally.Answered(ctx, got.counted(took))
	got.log(ctx, d.Log, took)
}

// take goes the whole way in, and ends got with an outcome. The sender's hanging up does not stop it: what is genuine is
// kept.
func (d *Door) take(ctx context.Context, w http.ResponseWriter, r *http.Request, got *delivery) {
	keys, known := d.Accounts[r.PathValue("account")]
	if !known {
		got.refuse(unknownAccount())
		return
	}
	got.account = r.PathValue("account")
	d.Tally.Received(ctx, got.account)
	held, err := d.budget.enter()
	defer held.leave()
	if err != nil {
		got.refuse(err)
		return
	}
	body, err := held.read(w, r)
	if err != nil {
		got.refuse(err)
		return
	}
	d.Tally.Arrived()
	defer d.Tally.Settled()
	now := d.Clock.Now()
	envelope, plain, err := keys.open(now, r.Header, body)
	if err != nil {
		got.refuse(err)
		return
	}
	n := &journal.Notice{
		Account: got.account, EventType: string(envelope.EventType), NotificationID: envelope.ID, CreateTime: envelope.CreateTime,
		ReceivedAt: now, Signed: signedBy(r.Header), Body: body, Entity: plain, TraceParent: traceParent(ctx),
	}
	outcome := d.classify(n, got)
	got.notice = n
	got.accept(outcome, d.Store(ctx, n))
}

func traceParent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}
