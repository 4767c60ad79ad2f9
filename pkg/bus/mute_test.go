package bus

import (
	"context"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/fault"
)

func TestAStreamThatConfirmsNothingForLongMakesTheBrokerUnready(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	order, notify := event.Event{Subject: "facepay.order.paid.m.N"}, event.Event{Subject: "facepay.notify.payscore_order.m.N"}
	unconfirmed := fault.New(fault.Retry, "publish_unconfirmed", "publishing")
	var s silences
	mute := func(now int) bool { return fault.CodeOf(s.fault(at(now))) == "stream_mute" }

	s.note(order, unconfirmed, at(0))
	s.note(order, unconfirmed, at(9))
	if mute(9) {
		t.Error("mute after 9 s")
	}
	s.note(notify, nil, at(10))
	s.note(order, unconfirmed, at(11))
	if !mute(11) {
		t.Error("another stream's confirmation hides the mute one")
	}
	if mute(42) {
		t.Error("still mute though nobody failed for 31 s")
	}
	s.note(order, unconfirmed, at(60))
	if mute(60) {
		t.Error("an old silence counts for a new one")
	}
	s.note(order, unconfirmed, at(71))
	s.note(order, nil, at(72))
	if mute(72) {
		t.Error("a confirmation does not end it")
	}
}

// One fact too large, in an hour in which nothing else is published, is no sick stream.
func TestAMessageThatIsTooLargeDoesNotMakeItsStreamMute(t *testing.T) {
	b := applied(t, quick())
	var s silences
	large := event.Event{ID: "large", Subject: "facepay.kiosk.service_ended.demo.N1", Body: make([]byte, eventBytes+1)}
	for at := range 20 {
		_, err := b.js.PublishMsg(t.Context(), message(large))
		if err == nil {
			t.Fatal("it was taken")
		}
		s.note(large, err, time.Unix(int64(at), 0))
		s.note(large, context.Canceled, time.Unix(int64(at), 0))
	}
	if err := s.fault(time.Unix(20, 0)); err != nil {
		t.Error(err)
	}
}
