package cli

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/service"
	"github.com/facepay-go/facepay/pkg/service/servicetest"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// stage is a broker with an order N1 of merchant m, and services that answer as a test says.
type stage struct {
	t      *testing.T
	broker *embedded.Server
	url    string
	bus    *bus.Bus
	// summary is what order-lifecycle tells of the order, label and value in turn.
	summary []string
}

var when = time.Date(2026, 3, 1, 4, 0, 0, 0, time.UTC)

// theOrder is one that WeChat collects 350 fen of.
func theOrder() []string {
	return []string{"state", "PAYMENT_PENDING", "total_amount_fen", "350", "paid_amount_fen", "0"}
}

// thePartlyPaidOrder has 100 of its 350 fen.
func thePartlyPaidOrder() []string {
	return []string{"state", "PAYMENT_PENDING", "total_amount_fen", "350", "paid_amount_fen", "100"}
}

// thePaidOrder has one payment of 350 fen, of which 100 were refunded.
func thePaidOrder() []string {
	return []string{"state", "PAID", "total_amount_fen", "350", "paid_amount_fen", "350", "transaction_id", "4200001", "refundable_fen", "250"}
}

func newStage(t *testing.T, summary ...string) *stage {
	t.Helper()
	server, b := servicetest.Broker(t, slog.New(slog.DiscardHandler))
	s := &stage{t: t, broker: server, url: server.URL(), bus: b, summary: summary}
	servicetest.Publish(t, b, "opened-N1", when, &orderv1.OrderOpened{Merchant: "m", OutOrderNo: "N1", DeviceId: "K1"})
	s.serve("order-lifecycle", func(r *service.Requests) {
		service.Handle(r, "story", func(_ context.Context, req *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			reply := &eventv1.StoryReply{}
			for i := 0; req.GetOutOrderNo() == "N1" && i+1 < len(s.summary); i += 2 {
				reply.Summary = append(reply.Summary, &eventv1.StoryDetail{Label: s.summary[i], Value: s.summary[i+1]})
			}
			return reply, nil
		})
	})
	s.serve("authinfo", func(r *service.Requests) {
		service.Handle(r, "story", func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			return &eventv1.StoryReply{}, nil
		})
	})
	s.serve("callback-ingest", func(r *service.Requests) {
		service.Handle(r, "story", func(context.Context, *eventv1.StoryRequest) (*eventv1.StoryReply, error) {
			return &eventv1.StoryReply{}, nil
		})
	})
	return s
}

// serve answers the requests of a service until the test ends.
func (s *stage) serve(name string, handle func(*service.Requests)) {
	s.t.Helper()
	telemetry, err := service.NewTelemetry(s.t.Context(), name, "1.0.0", service.TelemetryConfig{})
	servicetest.Must(s.t, err)
	requests, err := service.NewRequests(name, "1.0.0", service.RequestsConfig{}, service.RequestDeps{
		NATS: s.bus.Conn(), Clock: clock.Real(), Telemetry: telemetry, Log: slog.New(slog.DiscardHandler),
	})
	servicetest.Must(s.t, err)
	handle(requests)
	part := requests.Part()
	servicetest.Must(s.t, part.Start(s.t.Context()))
	s.t.Cleanup(func() { servicetest.Must(s.t, part.Stop(context.Background())) })
}

// answers stands for order-lifecycle: each fact of the desk is answered by the events that answer gives, until the test ends.
func (s *stage) answers(answer func(fact deskFact, id string) []proto.Message) {
	s.t.Helper()
	js, err := jetstream.New(s.bus.Conn())
	servicetest.Must(s.t, err)
	consumer, err := js.OrderedConsumer(s.t.Context(), "KIOSK", jetstream.OrderedConsumerConfig{FilterSubjects: []string{"facepay.desk.>"}})
	servicetest.Must(s.t, err)
	messages, err := consumer.Messages()
	servicetest.Must(s.t, err)
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			msg, err := messages.Next()
			if err != nil {
				return
			}
			e, m, err := event.Read(msg.Subject(), msg.Headers(), msg.Data(), when)
			if err != nil {
				s.t.Errorf("the service cannot read what was published: %v", err)
				continue
			}
			for i, said := range answer(m.(deskFact), e.ID) {
				// The test may be over before the broker has acknowledged what it waited for.
				answered, err := event.New(context.Background(), fmt.Sprintf("answer-%s-%d", e.ID, i), when, said)
				servicetest.Must(s.t, err)
				servicetest.Must(s.t, s.bus.Publish(context.Background(), answered))
			}
		}
	})
	s.t.Cleanup(func() { messages.Stop(); ended.Wait() })
}

// once answers with one event.
func once(m proto.Message) func(deskFact, string) []proto.Message {
	return func(deskFact, string) []proto.Message { return []proto.Message{m} }
}

// listeners are the consumers of the ORDER stream: commands that wait.
func (s *stage) listeners() int {
	js, err := jetstream.New(s.bus.Conn())
	servicetest.Must(s.t, err)
	stream, err := js.Stream(context.Background(), orderStream)
	servicetest.Must(s.t, err)
	return stream.CachedInfo().State.Consumers
}

// said is what a command line gave.
type said struct {
	code         int
	out, problem string
}

func (s *stage) types(args ...string) said { return s.typesIn(s.t.Context(), nil, args...) }

// typesIn runs a command line with an input, until ctx ends.
func (s *stage) typesIn(ctx context.Context, in *strings.Reader, args ...string) said {
	var out, errOut strings.Builder
	root := Root("facepayctl", "")
	root.SetOut(&out)
	root.SetErr(&errOut)
	if in != nil {
		root.SetIn(in)
	}
	root.SetArgs(append([]string{"--nats", s.url}, args...))
	code := Main(ctx, root, &errOut)
	return said{code, out.String(), errOut.String()}
}

// asked are the requests of the back office that are stored about an order.
func (s *stage) asked(number string) []deskFact {
	s.t.Helper()
	var facts []deskFact
	for _, m := range servicetest.Events[proto.Message](s.t, s.bus, number) {
		if fact, ok := asDeskFact(m); ok {
			facts = append(facts, fact)
		}
	}
	return facts
}

// shows fails the test unless the words are in what was said.
func (got said) shows(t *testing.T, code int, words ...string) {
	t.Helper()
	var missing []string
	for _, word := range words {
		if !strings.Contains(got.out+got.problem, word) {
			missing = append(missing, word)
		}
	}
	if got.code != code || missing != nil {
		t.Errorf("exit code %d, want %d; it does not say %q:\n%s%s", got.code, code, missing, got.out, got.problem)
	}
}

func fen(n int64) *int64 { return &n }

func at(t time.Time) *timestamppb.Timestamp { return timestamppb.New(t) }
