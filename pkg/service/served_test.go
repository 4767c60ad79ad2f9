package service

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/facepay-go/facepay/pkg/clock"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
)

// story handles the endpoint "story" of the service authinfo, as the contract declares it.
type story = func(ctx context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error)

// told answers with the order's number.
func told(_ context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
	return &eventv1.StoryReply{Summary: []*eventv1.StoryDetail{{Label: "out_order_no", Value: req.GetOutOrderNo()}}}, nil
}

// served is a running endpoint, with a caller's connection.
type served struct {
	*Requests
	client *nats.Conn
	log    *bytes.Buffer
	// stop stops once; the test's end does it too.
	stop func() error
}

func serve(t *testing.T, cfg RequestsConfig, handler story) *served {
	t.Helper()
	url := broker(t)
	telemetry, err := NewTelemetry(t.Context(), "authinfo", "1.0.0", TelemetryConfig{})
	if err != nil {
		t.Fatal(err)
	}
	s := &served{client: connect(t, url), log: &bytes.Buffer{}}
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	deps := RequestDeps{NATS: connect(t, url), Clock: clock.Real(), Telemetry: telemetry, Log: log}
	if s.Requests, err = NewRequests("authinfo", "1.0.0", cfg, deps); err != nil {
		t.Fatal(err)
	}
	Handle(s.Requests, "story", handler)
	if err := s.Part().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.stop = sync.OnceValue(func() error { return s.Part().Stop(context.Background()) })
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	return s
}

// broker runs a NATS server for this test and gives its URL.
func broker(t *testing.T) string {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the broker does not start")
	}
	return s.ClientURL()
}

func connect(t *testing.T, url string) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func (s *served) ask(ctx context.Context, merchant, outOrderNo string) (*eventv1.StoryReply, error) {
	reply := &eventv1.StoryReply{}
	err := Call(ctx, s.client, "authinfo", "story", &eventv1.StoryRequest{Merchant: merchant, OutOrderNo: outOrderNo}, reply)
	return reply, err
}

// askLater asks once for each merchant at the same time and gives the errors as they come.
func (s *served) askLater(merchants ...string) <-chan error {
	errs := make(chan error, len(merchants))
	for _, m := range merchants {
		go func() {
			_, err := s.ask(context.Background(), m, "PS1")
			errs <- err
		}()
	}
	return errs
}

// stopped stops and gives all that was logged.
func (s *served) stopped(t *testing.T) string {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	return s.log.String()
}
