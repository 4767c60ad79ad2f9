package service

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// job is one request that has its place.
type job struct {
	*endpoint
	replyTo  string
	format   format
	req      proto.Message
	merchant string
	began    time.Time
}

// run answers once: with the handler's result, or at the deadline with "unknown outcome". The place is kept until the
// handler returned, so handlers that ignore their deadline cannot pile up, and is free before the answer is sent.
func (j *job) run(parent context.Context, place *lane.Slot) {
	j.stats.started()
	defer j.stats.left()
	ctx, cancel := context.WithTimeout(parent, j.cfg.Deadline)
	defer cancel()
	tracer := j.deps.Telemetry.Tracers.Tracer("facepay")
	ctx, span := tracer.Start(ctx, RequestSubject(j.service, j.name), trace.WithSpanKind(trace.SpanKindServer))
	defer span.End()

	late := fault.New(fault.UnknownOutcome, "deadline", "not finished within %v; repeat the same request to learn its outcome", j.cfg.Deadline)
	inTime := context.AfterFunc(ctx, func() { j.finish(ctx, nil, late) })
	resp, err := j.call(ctx)
	place.Free()
	if inTime() {
		if err != nil && ctx.Err() != nil { // the handler heeded its deadline before ours was noticed
			err = late
		}
		j.finish(ctx, resp, err)
	}
}

func (j *job) call(ctx context.Context) (resp proto.Message, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	return j.handler(ctx, j.req)
}

// finish answers, counts and logs.
func (j *job) finish(ctx context.Context, resp proto.Message, err error) {
	answer, err := j.answer(resp, err)
	sent := j.deps.NATS.PublishMsg(answer)
	if errors.Is(sent, nats.ErrMaxPayload) {
		err = fault.New(fault.Terminal, "answer_too_large", "the answer has %d bytes", len(answer.Data))
		answer, err = j.answer(nil, err)
		sent = j.deps.NATS.PublishMsg(answer)
	}
	j.account(ctx, errors.Join(err, sent))
}

// answer is the message to send for a result, and the error it tells, nil for a good one.
func (j *job) answer(resp proto.Message, err error) (*nats.Msg, error) {
	answer := &nats.Msg{Subject: j.replyTo, Header: nats.Header(j.format.headers())}
	if err == nil {
		if answer.Data, err = j.format.encode(resp); err == nil {
			return answer, nil
		}
	}
	p := problemOf(err)
	answer.Header[micro.ErrorCodeHeader] = []string{statusOf(p)}
	answer.Header[micro.ErrorHeader] = []string{titleOf(p)}
	body, failed := j.format.encode(p)
	answer.Data = body
	return answer, errors.Join(err, failed)
}

// account is the one line and the one measurement of a request.
func (j *job) account(ctx context.Context, err error) {
	elapsed := j.deps.Clock.Now().Sub(j.began)
	var p *eventv1.Problem
	level := slog.LevelDebug
	attrs := []slog.Attr{slog.String(KeyEndpoint, j.name), slog.String(KeyMerchant, j.merchant), slog.Duration(KeyElapsed, elapsed)}
	if err != nil {
		p = problemOf(err)
		level = slog.LevelInfo
		attrs = append(attrs, slog.String(KeyClass, p.GetClass()), slog.String(KeyCode, p.GetCode()))
		trace.SpanFromContext(ctx).SetStatus(codes.Error, p.GetCode())
	}
	if fault.Is(err, fault.Unclassified) {
		level = slog.LevelError
		attrs = append(attrs, slog.String(KeyError, err.Error()))
	}
	if crash, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, slog.String("stack", crash.stack))
	}
	j.stats.finished(p.GetCode(), elapsed)
	j.meter.record(ctx, j.name, p.GetCode(), elapsed)
	j.deps.Log.LogAttrs(ctx, level, "request", attrs...)
}
