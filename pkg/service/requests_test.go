package service

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

func TestCallBringsTheHandlersAnswer(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	got, err := s.ask(t.Context(), "powerbank", "PS1")
	if err != nil {
		t.Fatal(err)
	}
	want := &eventv1.StoryReply{Summary: []*eventv1.StoryDetail{{Label: "out_order_no", Value: "PS1"}}}
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

func TestCallBringsTheHandlersFaultBackWithoutItsCause(t *testing.T) {
	for class := fault.Retry; class <= fault.UnknownOutcome; class++ {
		cause := errors.New("10.0.0.7: connection refused")
		refusal := fault.Wrap(cause, class, "some_code", "doing something")
		refusal.Field = "risk_fund.amount"
		s := serve(t, RequestsConfig{}, func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) { return nil, refusal })
		_, err := s.ask(t.Context(), "powerbank", "PS1")
		got, ok := err.(*fault.Error)
		if !ok || got.Class != class || got.Code != "some_code" || got.Field != "risk_fund.amount" || got.Text != "doing something" {
			t.Errorf("%v comes back as %#v", class, err)
		}
		if strings.Contains(err.Error(), "10.0.0.7") {
			t.Errorf("the cause reaches the caller: %v", err)
		}
	}
}

func TestAnUnclassifiedErrorAndAPanicAnswerInternalAndTheServiceLives(t *testing.T) {
	const private = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	var nothing *eventv1.StoryReply
	crashes := map[string]story{
		"an error": func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			return nil, errors.New("odd")
		},
		"a runtime panic": func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			nothing.Summary = nil
			return nil, nil
		},
		"a panic with text": func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) { panic("user " + private) },
	}
	for name, crash := range crashes {
		s := serve(t, RequestsConfig{}, func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			if req.GetOutOrderNo() == "crash" {
				return crash(ctx, req)
			}
			return told(ctx, req)
		})
		_, err := s.ask(t.Context(), "powerbank", "crash")
		if !fault.Is(err, fault.Unclassified) || fault.CodeOf(err) != "internal" {
			t.Errorf("%s answers %v", name, err)
		}
		if _, err := s.ask(t.Context(), "powerbank", "PS1"); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
		if log := s.stopped(t); strings.Count(log, `"level":"ERROR"`) != 1 || strings.Contains(log, private) {
			t.Errorf("%s is logged as %s", name, log)
		}
	}
}

func TestAHungMerchantTakesOnlyItsOwnPlaces(t *testing.T) {
	hang, release := make(chan struct{}, 2), make(chan struct{})
	end := sync.OnceFunc(func() { close(release) })
	defer end() // a failure must not leave the stop waiting
	s := serve(t, RequestsConfig{Workers: 4, PerMerchant: 2}, func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		if req.GetMerchant() == "hung" {
			hang <- struct{}{}
			<-release
		}
		return told(ctx, req)
	})
	slow := s.askLater("hung", "hung")
	<-hang
	<-hang
	if _, err := s.ask(t.Context(), "hung", "PS1"); !fault.Is(err, fault.Retry) || fault.CodeOf(err) != "busy" {
		t.Errorf("a third request of the hung merchant: %v", err)
	}
	for range 20 {
		if _, err := s.ask(t.Context(), "lively", "PS1"); err != nil {
			t.Fatalf("another merchant: %v", err)
		}
	}
	end()
	for range 2 {
		if err := <-slow; err != nil {
			t.Errorf("a hung request, released: %v", err)
		}
	}
	if _, err := s.ask(t.Context(), "hung", "PS1"); err != nil {
		t.Errorf("the merchant that hung: %v", err)
	}
}

func TestAFullPoolAnswersBusyAtOnce(t *testing.T) {
	hang, release := make(chan struct{}, 2), make(chan struct{})
	end := sync.OnceFunc(func() { close(release) })
	defer end() // a failure must not leave the stop waiting
	s := serve(t, RequestsConfig{Workers: 2, PerMerchant: 1}, func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		hang <- struct{}{}
		<-release
		return told(ctx, req)
	})
	slow := s.askLater("a", "b")
	<-hang
	<-hang
	answer, err := s.client.Request(RequestSubject("authinfo", "story"), []byte(`{"merchant":"c"}`), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if code := answer.Header.Get("Nats-Service-Error-Code"); code != "503" || !strings.Contains(string(answer.Data), `"busy"`) {
		t.Errorf("answers %s %s", code, answer.Data)
	}
	end()
	for range 2 {
		if err := <-slow; err != nil {
			t.Error(err)
		}
	}
}

func TestAtTheDeadlineTheCallerLearnsThatTheOutcomeIsUnknown(t *testing.T) {
	release := make(chan struct{})
	handlers := map[string]story{
		"heeds its ctx": func(ctx context.Context, _ *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		"ignores it": func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			<-release
			return told(ctx, req)
		},
	}
	for name, handler := range handlers {
		s := serve(t, RequestsConfig{Workers: 1, PerMerchant: 1, Deadline: 20 * time.Millisecond}, handler)
		_, err := s.ask(t.Context(), "powerbank", "PS1")
		if !fault.Is(err, fault.UnknownOutcome) || fault.CodeOf(err) != "deadline" {
			t.Errorf("a handler that %s: %v", name, err)
		}
		if name == "ignores it" {
			if _, err := s.ask(t.Context(), "powerbank", "PS2"); fault.CodeOf(err) != "busy" {
				t.Errorf("the place of a handler that still runs is given away: %v", err)
			}
			close(release)
		}
	}
}

func TestStopFinishesWhatRunsAndRefusesTheRest(t *testing.T) {
	hang, release := make(chan struct{}, 1), make(chan struct{})
	s := serve(t, RequestsConfig{}, func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		if req.GetMerchant() == "powerbank" {
			hang <- struct{}{}
			<-release
		}
		return told(ctx, req)
	})
	end := sync.OnceFunc(func() { close(release) })
	t.Cleanup(end) // a failure must not leave the stop waiting
	slow := s.askLater("powerbank")
	<-hang
	stopped := make(chan error)
	go func() { stopped <- s.stop() }()
	// A caller is answered until it leaves, then hears "stopping" or finds nobody and may ask again elsewhere.
	for deadline := time.Now().Add(10 * time.Second); ; {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err := s.ask(ctx, "other", "PS1")
		cancel()
		if fault.CodeOf(err) == "no_responder" {
			break
		}
		if (err != nil && !fault.Is(err, fault.Retry)) || time.Now().After(deadline) {
			t.Fatalf("while stopping: %v", err)
		}
	}
	select {
	case err := <-stopped:
		t.Fatalf("stopped before the running request finished: %v", err)
	default:
	}
	end()
	if err := <-slow; err != nil {
		t.Errorf("the running request: %v", err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("the stop: %v", err)
	}
}

func TestStopDoesNotWaitLongerThanItMay(t *testing.T) {
	hang, release := make(chan struct{}, 1), make(chan struct{})
	end := sync.OnceFunc(func() { close(release) })
	defer end() // a failure must not leave the stop waiting
	s := serve(t, RequestsConfig{}, func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
		hang <- struct{}{}
		<-release
		return told(ctx, req)
	})
	slow := s.askLater("powerbank")
	<-hang
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := s.Part().Stop(ctx); fault.CodeOf(err) != "still_running" {
		t.Errorf("got %v", err)
	}
	end()
	if err := <-slow; err != nil {
		t.Error(err)
	}
	s.stop = func() error { return nil }
}

func TestAnEndpointThatTheContractDoesNotDeclareDoesNotStart(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	tests := map[string]func(r *Requests){
		"another name": func(r *Requests) { Handle(r, "tale", told) },
		"another answer": func(r *Requests) {
			Handle(r, "story", func(context.Context, *eventv1.StoryRequest) (*eventv1.Problem, error) { return nil, nil })
		},
		"another service": func(r *Requests) { r.service = "sandbox"; Handle(r, "story", told) },
	}
	for name, add := range tests {
		r, err := NewRequests("authinfo", "1.0.0", RequestsConfig{}, s.deps)
		if err != nil {
			t.Fatal(err)
		}
		add(r)
		if err := r.Part().Start(t.Context()); fault.CodeOf(err) != "endpoint_contract" {
			t.Errorf("%s: %v", name, err)
		}
	}
	r, err := NewRequests("authinfo", "1.0.0", RequestsConfig{}, s.deps)
	if err != nil {
		t.Fatal(err)
	}
	Handle(r, "echo", func(_ context.Context, m *wrapperspb.StringValue) (*wrapperspb.StringValue, error) { return m, nil })
	if err := r.Part().Start(t.Context()); err != nil {
		t.Errorf("a message without a declaration: %v", err)
	}
	if err := r.Part().Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestARequestThatMustBeNamedIsRefusedWithoutARequestID(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	r, err := NewRequests("authinfo", "1.0.0", RequestsConfig{}, s.deps)
	if err != nil {
		t.Fatal(err)
	}
	handled := make(chan string, 1)
	Handle(r, "open_session", func(_ context.Context, req *authinfov1.OpenSessionRequest) (*authinfov1.OpenSessionReply, error) {
		handled <- req.GetRequestId()
		return &authinfov1.OpenSessionReply{}, nil
	})
	if err := r.Part().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask := func(id string) error {
		return Call(t.Context(), s.client, "authinfo", "open_session", &authinfov1.OpenSessionRequest{RequestId: id}, &authinfov1.OpenSessionReply{})
	}
	err = ask("")
	if f, ok := err.(*fault.Error); !ok || f.Class != fault.Terminal || f.Code != "required" || f.Field != "request_id" {
		t.Errorf("without a request_id: %v", err)
	}
	if len(handled) != 0 {
		t.Error("and the handler saw it")
	}
	if err := ask("r1"); err != nil || <-handled != "r1" {
		t.Errorf("with a request_id: %v", err)
	}
	if err := r.Part().Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNoEventStreamSwallowsARequest(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	events, err := s.client.SubscribeSync("facepay.>")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ask(t.Context(), "powerbank", "PS1"); err != nil {
		t.Fatal(err)
	}
	if err := s.client.FlushTimeout(10 * time.Second); err != nil {
		t.Fatal(err)
	}
	if n, _, err := events.Pending(); n != 0 || err != nil {
		t.Errorf("facepay.> got %d messages of a request, %v", n, err)
	}
	if server.SubjectsCollide("facepay.>", RequestSubject("*", ">")) {
		t.Error("the subjects of events and requests overlap")
	}
}

func TestLimitsThatCannotWorkAreRefused(t *testing.T) {
	s := serve(t, RequestsConfig{}, told)
	for _, cfg := range []RequestsConfig{{Workers: -1}, {PerMerchant: -1}, {Workers: 2, PerMerchant: 3}, {Deadline: -1}} {
		if _, err := NewRequests("authinfo", "1.0.0", cfg, s.deps); !fault.Is(err, fault.Terminal) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
}
