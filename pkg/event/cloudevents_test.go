package event_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	cloudevents "github.com/cloudevents/sdk-go/protocol/nats_jetstream/v2"
	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/bus/embedded"
	"github.com/facepay-go/facepay/pkg/event"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// The reader is the CloudEvents Go SDK, so that publisher and reader cannot share a misreading.
func TestThePublishedMessageIsACloudEventForOthers(t *testing.T) {
	server, err := embedded.Start(t.TempDir(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	b, err := bus.Connect(bus.Options{URL: server.URL(), Name: t.Name()}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx := context.Background()
	if err := b.Apply(ctx, bus.Profile{}); err != nil {
		t.Fatal(err)
	}
	sent, err := event.New(ctx, event.NoticeID("x"), when, opened())
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Publish(ctx, sent); err != nil {
		t.Fatal(err)
	}

	js, err := b.Conn().JetStream()
	if err != nil {
		t.Fatal(err)
	}
	sub, err := js.SubscribeSync("facepay.order.>", nats.OrderedConsumer())
	if err != nil {
		t.Fatal(err)
	}
	msg, err := sub.NextMsg(10 * time.Second)
	if err != nil {
		t.Fatal(err)
	}
	got, err := binding.ToEvent(ctx, cloudevents.NewMessage(msg))
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	type attributes struct {
		SpecVersion, ID, Type, Source, Subject, ContentType string
		Time                                                time.Time
	}
	want := attributes{"1.0", sent.ID, "facepay.order.v1.OrderOpened", "order", "A|B*1", "application/protobuf", when}
	if diff := cmp.Diff(want, attributes{
		got.SpecVersion(), got.ID(), got.Type(), got.Source(), got.Subject(), got.DataContentType(), got.Time(),
	}); diff != "" {
		t.Error(diff)
	}
	body := &orderv1.OrderOpened{}
	if err := proto.Unmarshal(got.Data(), body); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(opened(), body, protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}
