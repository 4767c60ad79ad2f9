package bus

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

// This is the only file that acknowledges messages.

// verdict is what becomes of a delivered message.
type verdict uint8

const (
	done     verdict = iota // acknowledge
	later                   // deliver again after a wait
	setAside                // store in the dead letters, then acknowledge
)

// patience is how often an error nobody classified (a bug, a panic) is tried before the message is set aside.
const patience = 10

// judge is the one switch from error class to verdict. f counts the failures of the message, this one included.
func judge(t tempo, err error, f failures) (verdict, time.Duration) {
	switch fault.ClassOf(err) {
	case fault.Duplicate:
		return done, 0
	case fault.Terminal, fault.NotFound:
		return setAside, 0
	case fault.Retry, fault.Conflict, fault.UnknownOutcome:
		// Our own store or broker is away, or a busy document. However long that lasts, nothing is set aside for it.
		return later, t.again(f.all, fault.AfterOf(err))
	default:
		if err == nil {
			return done, 0
		}
		if f.unexplained >= patience {
			return setAside, 0
		}
		return later, t.again(f.all, 0)
	}
}

// settle acts on the handler's error and logs the one line about this message: what happened and what was decided next.
func (s *Subscription) settle(ctx context.Context, msg *nats.Msg, e event.Event, err error, took time.Duration) {
	meta, metaErr := msg.Metadata()
	if metaErr != nil {
		s.bus.log.Error("message without metadata", "subject", msg.Subject, "error", metaErr)
		return
	}
	at := place{meta.Stream, meta.Sequence.Stream}
	var failed failures
	if err != nil {
		failed = s.tries.failed(at, err)
	}
	v, delay := judge(s.bus.tempo, err, failed)
	if v == setAside {
		if putErr := s.bus.putAside(ctx, s.service, msg, meta, err); putErr != nil {
			v, delay, err = later, s.bus.tempo.longest, errors.Join(err, putErr)
		}
	}
	if v != later {
		s.tries.forget(at)
	}
	var ackErr error
	switch v {
	case done, setAside:
		ackErr = msg.Ack()
	case later:
		// A bare Nak ignores every back-off and is redelivered at once.
		ackErr = msg.NakWithDelay(delay)
	}
	attrs := []any{
		"subject_event", msg.Subject[:eventPart(msg.Subject)], "event_id", e.ID, "merchant", e.Merchant, "key", e.Key,
		"stream", meta.Stream, "seq", meta.Sequence.Stream, "deliveries", meta.NumDelivered, "failures", failed.all, "elapsed", took,
	}
	level, next := slog.LevelDebug, "done"
	if err != nil {
		attrs = append(attrs, "class", fault.ClassOf(err).String(), "error", err)
		level = slog.LevelWarn
		switch v {
		case later:
			next = "again in " + delay.String()
		case setAside:
			level, next = slog.LevelError, "dead letter"
		}
	}
	if p, ok := errors.AsType[*panicked](err); ok {
		attrs = append(attrs, "stack", string(p.stack))
	}
	if ackErr != nil { // the message comes again; handlers are idempotent
		attrs = append(attrs, "ack_error", ackErr)
	}
	s.bus.log.Log(ctx, level, "event handled", append(attrs, "next", next)...)
}

// eventPart is the length of facepay.<owner>.<event>, the part of a subject that is the same for every order.
func eventPart(subject string) int {
	n := 0
	for i := range len(subject) {
		if subject[i] == '.' {
			if n++; n == 3 {
				return i
			}
		}
	}
	return len(subject)
}

// inProgress tells the broker that msg is still ours.
func inProgress(msg *nats.Msg) error { return msg.InProgress() }

// giveBack returns a message nobody began to handle. A lost answer means that it comes again after AckWait.
func giveBack(msg *nats.Msg) { giveBackFor(msg, time.Millisecond) }

// giveBackFor returns it for a while. The broker counts it as a delivery, tries does not.
func giveBackFor(msg *nats.Msg, wait time.Duration) { _ = msg.NakWithDelay(wait) }
