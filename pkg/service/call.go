package service

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go"
	"go.opentelemetry.io/otel/propagation"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
)

// callTime bounds a Call whose ctx has no deadline; it is longer than the default deadline of the other side.
const callTime = 15 * time.Second

// Call asks an endpoint of a service and reads its answer into resp. Every error is a *fault.Error:
//   - the service's own answer, with its class, code, field and text;
//   - Retry no_responder: nobody listens, nothing happened; Retry broker_away: it was not sent;
//   - UnknownOutcome no_answer or answer_unreadable: it may have happened; repeat with the same request_id;
//   - Terminal request_unsendable: too large, or text that is not UTF-8.
func Call(ctx context.Context, nc *nats.Conn, service, endpoint string, req, resp proto.Message) error {
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, callTime)
		defer cancel()
	}
	body, err := proto.Marshal(req)
	if err != nil {
		return fault.New(fault.Terminal, "request_unsendable", "%s does not encode", req.ProtoReflect().Descriptor().FullName())
	}
	question := &nats.Msg{Subject: RequestSubject(service, endpoint), Data: body, Header: nats.Header(protobufFormat.headers())}
	propagation.TraceContext{}.Inject(ctx, headerCarrier(question.Header))
	answer, err := nc.RequestMsgWithContext(ctx, question)
	if err != nil {
		return notAnswered(err, question.Subject)
	}
	return readAnswer(answer, resp)
}

func notAnswered(err error, subject string) error {
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return fault.New(fault.Retry, "no_responder", "nobody listens on %s", subject)
	case errors.Is(err, nats.ErrMaxPayload):
		return fault.New(fault.Terminal, "request_unsendable", "too large for %s", subject)
	case errors.Is(err, nats.ErrConnectionClosed), errors.Is(err, nats.ErrConnectionDraining), errors.Is(err, nats.ErrReconnectBufExceeded):
		return fault.Wrap(err, fault.Retry, "broker_away", "asking "+subject)
	}
	return fault.Wrap(err, fault.UnknownOutcome, "no_answer", "asking "+subject)
}

func readAnswer(answer *nats.Msg, resp proto.Message) error {
	if p := answeredProblem(answer, protobufFormat); p != nil {
		return p
	}
	// An answer without our content-type is somebody else's: a stream over the subject says {"stream":…,"seq":1}.
	if headerCarrier(answer.Header).Get("content-type") != string(protobufFormat) {
		return fault.New(fault.UnknownOutcome, "answer_unreadable", "an answer that is not of a facepay service")
	}
	proto.Reset(resp)
	if err := proto.Unmarshal(answer.Data, resp); err != nil {
		return fault.New(fault.UnknownOutcome, "answer_unreadable", "not a %s", resp.ProtoReflect().Descriptor().FullName())
	}
	return nil
}
