package bus

import (
	"context"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

func TestAboutFindsEveryEventOfANumberInTheOrderTheyWereStored(t *testing.T) {
	b := applied(t, production())
	const key = "A|B*1"
	story := []proto.Message{
		&authinfov1.SessionOpened{Merchant: "m", OutOrderNo: key, DeviceId: "door.7"},
		ended(key), // its subject ends with the key
		&orderv1.OrderOpened{Merchant: "m", OutOrderNo: key, DeviceId: "door.7"},
		&orderv1.OrderPaid{Merchant: "m", OutOrderNo: key}, // no device: the scope token is "-"
		&orderv1.OrderPaid{Merchant: "another", OutOrderNo: key},
	}
	others := []proto.Message{ended("A|B"), ended("A|B*12"), &orderv1.OrderOpened{Merchant: key, OutOrderNo: "N", DeviceId: key}}
	for i, m := range append(story, others...) {
		e, err := event.New(context.Background(), number(i), when, m)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Publish(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	got := stored(t, b, key)
	if len(got) != len(story) {
		t.Fatalf("%d events, want %d", len(got), len(story))
	}
	for i, m := range story {
		e, body, err := event.Read(got[i].Subject, got[i].Header, got[i].Data, got[i].At)
		if err != nil || !proto.Equal(m, body) {
			t.Errorf("event %d is %s %s: %v", i, e.Type, e.Merchant, err)
		}
	}
	if none := stored(t, b, "unheard-of"); len(none) != 0 {
		t.Errorf("got %v", none)
	}
	if _, err := b.About(t.Context(), ""); !fault.Is(err, fault.Terminal) {
		t.Errorf("got %v", err)
	}
}
