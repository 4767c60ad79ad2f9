package lifecycle_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/bus"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

func TestWhatCouldNotBeToldWhenItWasSavedIsToldLater(t *testing.T) {
	w := newWorld(t)
	js, err := jetstream.New(w.bus.Conn())
	must(t, err)
	must(t, js.DeleteStream(t.Context(), "ORDER")) // whoever saves now cannot publish
	w.publish(face("N1"))
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(w.logs.String(), "events wait for the sweep"); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the order did not try to tell anybody; log:\n%s", w.logs)
		}
	}
	must(t, w.bus.Apply(t.Context(), bus.Profile{}))
	w.clock.move(10 * time.Second)
	if opened := wait[*orderv1.OrderOpened](w, "N1"); opened.GetOrderId() != "W-N1" {
		t.Errorf("got %v", opened)
	}
}
