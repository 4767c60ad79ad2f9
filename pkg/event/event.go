// Package event makes and reads the messages between services: the body is the protobuf message itself, its attributes
// travel as CloudEvents 1.0 binary-mode headers. Subject and key come from the contract written on the message.
package event

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/proto/contract"
)

// Event is one fact, encoded and ready to publish. It is stored as it is in an outbox.
type Event struct {
	// ID names the fact, not the delivery: the same fact has the same id whoever sends it again.
	ID string
	// Type is the full name of the message.
	Type string
	// Owner is the publishing service (ce-source).
	Owner string
	// Subject is the full NATS subject.
	Subject string
	// Merchant and Key are the raw values behind the subject's tokens.
	Merchant, Key string
	// Time is when the fact was established.
	Time time.Time
	// Waited is how long a received event lay in its stream before it was read, by the machines' clocks; zero for one of
	// ours that is not sent yet.
	Waited time.Duration
	// TraceParent is the W3C trace context of the work that established it.
	TraceParent string
	// Body is the encoded message.
	Body []byte
}

// New makes an event of a message. The error is Terminal: the message is no event, or merchant or key are empty.
func New(ctx context.Context, id string, at time.Time, m proto.Message) (Event, error) {
	c, err := contract.Of(m)
	if err != nil {
		return Event{}, fault.Wrap(err, fault.Terminal, "not_an_event", "reading the contract")
	}
	e := Event{
		ID: id, Type: string(c.Name), Owner: c.Owner, Time: at,
		Merchant: contract.Field(m, "merchant"), Key: contract.Field(m, c.Key),
	}
	if e.Subject, err = SubjectOf(m); err != nil {
		return Event{}, err
	}
	if e.Body, err = encode(m); err != nil {
		return Event{}, fault.Wrap(err, fault.Terminal, "event_encoding", "encoding "+e.Type)
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	e.TraceParent = carrier["traceparent"]
	return e, nil
}

// Message decodes the body. Unknown fields are kept: a newer sender may know more than we do.
func (e Event) Message() (proto.Message, error) {
	c, ok := contract.BySubject(ownerAndName(e.Subject))
	if !ok || string(c.Name) != e.Type {
		return nil, fault.New(fault.Terminal, "unknown_event", "%s on %s is not in the contract", e.Type, e.Subject)
	}
	m := c.Type.New().Interface()
	if err := proto.Unmarshal(e.Body, m); err != nil {
		// The decoder's text may quote content; the type is enough.
		return nil, fault.New(fault.Terminal, "event_malformed", "%s does not decode", e.Type)
	}
	return m, nil
}

// Context carries the event's trace into ctx.
func (e Event) Context(ctx context.Context) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": e.TraceParent})
}

// encode is deterministic, so that one fact has one body and thereby one id.
func encode(m proto.Message) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(m)
}
