package service

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.opentelemetry.io/otel/trace"

	"github.com/facepay-go/facepay/pkg/fault"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

func callStory(ctx context.Context, nc *nats.Conn, merchant string) error {
	return Call(ctx, nc, "authinfo", "story", &eventv1.StoryRequest{Merchant: merchant}, &eventv1.StoryReply{})
}

func TestCallTellsWhatMayHaveHappened(t *testing.T) {
	url := broker(t)
	nc := connect(t, url)
	if err := callStory(t.Context(), nc, "a"); !fault.Is(err, fault.Retry) || fault.CodeOf(err) != "no_responder" {
		t.Errorf("nobody listens: %v", err)
	}
	if err := callStory(t.Context(), nc, strings.Repeat("a", 2<<20)); !fault.Is(err, fault.Terminal) || fault.CodeOf(err) != "request_unsendable" {
		t.Errorf("too large: %v", err)
	}
	if err := callStory(t.Context(), nc, "\xff"); !fault.Is(err, fault.Terminal) || fault.CodeOf(err) != "request_unsendable" {
		t.Errorf("not UTF-8: %v", err)
	}
	closed := connect(t, url)
	closed.Close()
	if err := callStory(t.Context(), closed, "a"); !fault.Is(err, fault.Retry) || fault.CodeOf(err) != "broker_away" {
		t.Errorf("a closed connection: %v", err)
	}
}

func TestCallDoesNotTakeAForeignAnswerForAnAnswer(t *testing.T) {
	nc := connect(t, broker(t))
	answers := map[string]struct {
		answer *nats.Msg
		code   string
		class  fault.Class
	}{
		"a stream over the subject": {&nats.Msg{Data: []byte(`{"stream":"ORDER","seq":1}`)}, "answer_unreadable", fault.UnknownOutcome},
		"not protobuf":              {&nats.Msg{Data: []byte("\xff"), Header: nats.Header{"content-type": {"application/protobuf"}}}, "answer_unreadable", fault.UnknownOutcome},
		"another micro service":     {&nats.Msg{Header: nats.Header{micro.ErrorCodeHeader: {"500"}, micro.ErrorHeader: {"odd"}}}, "foreign_answer", fault.Unclassified},
	}
	for name, tt := range answers {
		sub, err := nc.Subscribe(RequestSubject("authinfo", "story"), func(m *nats.Msg) { _ = m.RespondMsg(tt.answer) })
		if err != nil {
			t.Fatal(err)
		}
		if err := callStory(t.Context(), nc, "a"); fault.ClassOf(err) != tt.class || fault.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
		if err := sub.Unsubscribe(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASilentServiceIsAnUnknownOutcome(t *testing.T) {
	nc := connect(t, broker(t))
	if _, err := nc.Subscribe(RequestSubject("authinfo", "story"), func(*nats.Msg) {}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := callStory(ctx, nc, "a"); !fault.Is(err, fault.UnknownOutcome) || fault.CodeOf(err) != "no_answer" {
		t.Errorf("got %v", err)
	}
}

func TestTheCallersTraceReachesTheHandlerWithoutACollector(t *testing.T) {
	got := make(chan trace.SpanContext, 1)
	s := serve(t, RequestsConfig{}, func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		got <- trace.SpanContextFromContext(ctx)
		return told(ctx, req)
	})
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1, 2, 3}, SpanID: trace.SpanID{4, 5}, TraceFlags: trace.FlagsSampled})
	if _, err := s.ask(trace.ContextWithSpanContext(t.Context(), parent), "a", "PS1"); err != nil {
		t.Fatal(err)
	}
	if trace := <-got; trace.TraceID() != parent.TraceID() {
		t.Errorf("the handler sees trace %v, want %v", trace.TraceID(), parent.TraceID())
	}
}

func TestMicroStatsShowWhatEndpointsDid(t *testing.T) {
	s := serve(t, RequestsConfig{}, func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		if req.GetOutOrderNo() == "" {
			return nil, fault.Invalid("out_order_no", "empty", "must be set")
		}
		return told(ctx, req)
	})
	for _, number := range []string{"PS1", "", "PS2"} {
		_, _ = s.ask(t.Context(), "a", number)
	}
	if _, err := s.client.Request(RequestSubject("authinfo", "story"), []byte(`{"x":1}`), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	subject, err := micro.ControlSubject(micro.StatsVerb, "authinfo", "")
	if err != nil {
		t.Fatal(err)
	}
	want := EndpointStats{Finished: 3, Refused: 1, Errors: map[string]uint64{"empty": 1, "json_unknown_field": 1}}
	// An answer is counted just after it is sent.
	for deadline := time.Now().Add(10 * time.Second); ; {
		got := endpointData(t, s.client, subject)
		if got.Finished == want.Finished && got.Running == 0 {
			if got.Refused != 1 || got.Errors["empty"] != 1 || got.Errors["json_unknown_field"] != 1 {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	}
}

func TestRequestsAreMeasuredByEndpointAndCode(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	if _, err := s.ask(t.Context(), "a", "PS1"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Request(RequestSubject("authinfo", "story"), []byte(`{"x":1}`), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	s.stopped(t)
	families, err := s.deps.Telemetry.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]uint64{}
	for _, f := range families {
		if f.GetName() != "facepay_request_duration_seconds" {
			continue
		}
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			counts[labels["endpoint"]+" "+labels["code"]] = m.GetHistogram().GetSampleCount()
		}
	}
	if diff := cmp.Diff(map[string]uint64{"story ": 1, "story json_unknown_field": 1}, counts); diff != "" {
		t.Error(diff)
	}
}

func endpointData(t *testing.T, nc *nats.Conn, subject string) EndpointStats {
	t.Helper()
	answer, err := nc.Request(subject, nil, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var stats micro.Stats
	if err := json.Unmarshal(answer.Data, &stats); err != nil || len(stats.Endpoints) != 1 {
		t.Fatalf("%v: %s", err, answer.Data)
	}
	var data EndpointStats
	if err := json.Unmarshal(stats.Endpoints[0].Data, &data); err != nil {
		t.Fatal(err)
	}
	return data
}
