// Package bus is JetStream as facepay uses it: streams and consumers as data, publish, consume, and one file that
// decides what becomes of a delivered message.
package bus

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.opentelemetry.io/otel/metric"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// Options say how to reach the NATS servers.
type Options struct {
	// URL is one or more server URLs, separated by commas.
	URL string
	// InProcess is the server when it runs in this very process: connections are made to it and to no URL, without the
	// system between. Nil for a server elsewhere.
	InProcess nats.InProcessConnProvider
	// Name shows in `nats server list connections`.
	Name string
	// CredentialsFile holds NATS user credentials; empty for none.
	CredentialsFile string
	// Patient connects in the background when no server answers at the start, for a service that has work without.
	Patient bool
	// Meters count what consumers fail at; nil for no count.
	Meters metric.MeterProvider
	// PingEvery is the gap between signs of life that are asked of the server; 5 s when not positive. A server that leaves three
	// unanswered is gone, whatever its host does, and another is connected to.
	PingEvery time.Duration
	// DeliverTwice runs every handler twice before its message is settled, for tests: idempotency is proved by
	// construction, and Contradictions counts where it is not.
	DeliverTwice bool
}

// Bus is a connection to JetStream.
type Bus struct {
	nc    *nats.Conn
	js    jetstream.JetStream
	log   *slog.Logger
	tempo tempo
	lost  chan error
	mute  silences
	// consuming is how our consumers do.
	consuming *consuming
	// twice is Options.DeliverTwice.
	twice          bool
	contradictions atomic.Int64
}

// pingEvery and pingsMissed: a host that vanishes sends no reset, and the client's own two minutes noticed it after six.
const (
	pingEvery   = 5 * time.Second
	pingsMissed = 2
)

// publishWait bounds one publish. A timeout does not mean "not stored": the same id is published again later.
const publishWait = 3 * time.Second

// Connect connects; it keeps reconnecting for ever once it was connected. An unreachable server at start is Retry unless the
// connection is Patient, a malformed URL Terminal.
func Connect(o Options, log *slog.Logger) (*Bus, error) {
	if o.PingEvery <= 0 { // the client takes less for no pings at all
		o.PingEvery = pingEvery
	}
	consuming, err := newConsuming(o.Meters)
	if err != nil {
		return nil, err
	}
	lost := make(chan error, 1)
	opts := []nats.Option{
		nats.ClosedHandler(func(nc *nats.Conn) {
			lost <- fault.Wrap(nc.LastError(), fault.Retry, "broker_connection_ended", "NATS ended the connection for good")
		}),
		nats.Name(o.Name), nats.MaxReconnects(-1), nats.ReconnectWait(500 * time.Millisecond),
		// Nothing is buffered while disconnected: what cannot be published stays in the outbox.
		nats.ReconnectBufSize(-1),
		// Pings also wait for a write that the vanished host takes no more, so that has the same bound.
		nats.PingInterval(o.PingEvery), nats.MaxPingsOutstanding(pingsMissed), nats.FlusherTimeout(o.PingEvery),
		nats.Timeout(5 * time.Second), nats.RetryOnFailedConnect(o.Patient),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { log.Warn("nats", "error", err) }),
	}
	if o.InProcess != nil {
		opts = append(opts, nats.InProcessServer(o.InProcess))
	}
	if o.CredentialsFile != "" {
		opts = append(opts, nats.UserCredentials(o.CredentialsFile))
	}
	nc, err := nats.Connect(o.URL, opts...)
	if _, ok := errors.AsType[*url.Error](err); ok {
		// Its text quotes the URL, which may hold a password.
		return nil, fault.Invalid("url", "broker_url_malformed", "not a NATS URL")
	}
	if err != nil {
		return nil, fault.Wrap(err, fault.Retry, "broker_unreachable", "connecting to NATS")
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return nil, fault.Wrap(err, fault.Terminal, "broker_unusable", "using JetStream")
	}
	return &Bus{nc: nc, js: js, log: log, tempo: production(), lost: lost, consuming: consuming, twice: o.DeliverTwice}, nil
}

// Conn is the connection, for requests.
func (b *Bus) Conn() *nats.Conn { return b.nc }

// Ping answers nil when the broker can be reached now, no stream that we publish to has been mute for long, and every
// consumer of ours is served.
func (b *Bus) Ping(ctx context.Context) error {
	if err := b.nc.FlushWithContext(ctx); err != nil {
		return fault.Wrap(err, fault.Retry, "broker_unreachable", "reaching NATS")
	}
	if err := b.consuming.fault(); err != nil {
		return err
	}
	return b.mute.fault(time.Now())
}

// Lost gives the error by which the connection ended for good: the server refused our credentials or our protocol, and the
// client does not reconnect after that. A process that goes on would consume and publish nothing, so it must end. Close
// is not told here.
func (b *Bus) Lost() <-chan error { return b.lost }

// Close ends the connection. Consumers are stopped before.
func (b *Bus) Close() {
	b.nc.SetClosedHandler(nil)
	b.nc.Close()
}

// Publish stores one event in its stream and waits for the acknowledgement, which JetStream gives after fsync. A
// repeated id within the dedupe window is acknowledged and not stored again. Errors are Retry; the outcome is then
// unknown and the same event is published again.
func (b *Bus) Publish(ctx context.Context, e event.Event) error {
	if !b.nc.IsConnected() {
		return fault.New(fault.Retry, "broker_unreachable", "not connected")
	}
	ctx, cancel := context.WithTimeout(ctx, publishWait)
	defer cancel()
	_, err := b.js.PublishMsg(ctx, message(e))
	b.mute.note(e, err, time.Now())
	if err != nil {
		return publishFault(err)
	}
	return nil
}

// PublishMany publishes independent events at once; errs[i] tells of es[i]. Many of one stream go as a batch, others each
// with a request of its own. No future of the client library is used: one that is never answered would hold its place until
// the next reconnect.
func (b *Bus) PublishMany(ctx context.Context, es []event.Event) []error {
	if len(es) > mostInBatch {
		return append(b.PublishMany(ctx, es[:mostInBatch]), b.PublishMany(ctx, es[mostInBatch:])...)
	}
	if batchable(es) && b.nc.IsConnected() {
		if err, settled := b.publishBatch(ctx, es); settled {
			return slices.Repeat([]error{err}, len(es))
		}
	}
	errs := make([]error, len(es))
	var all sync.WaitGroup
	for i, e := range es {
		all.Go(func() { errs[i] = b.Publish(ctx, e) })
	}
	all.Wait()
	return errs
}

func publishFault(err error) error {
	if errors.Is(err, jetstream.ErrNoStreamResponse) {
		return fault.Wrap(err, fault.Retry, "stream_missing", "publishing (is the topology applied?)")
	}
	return fault.Wrap(err, fault.Retry, "publish_unconfirmed", "publishing")
}

func message(e event.Event) *nats.Msg {
	return &nats.Msg{Subject: e.Subject, Header: nats.Header(e.Header()), Data: e.Body}
}
