package callbackingest_test

import (
	"net/http"
	"testing"
	"time"

	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
)

// The window of a signature is the door's alone: what was let in is published whenever the broker takes it.
func TestAKeptNoticeIsPublishedThoughItsSignatureHasGrownOld(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	w.nats.Stop()
	body := from.notification("PAYSCORE.USER_PAID", paid(t, "GROWNOLD"))
	h := from.signed(w.clock.Now(), body)
	if status, _ := deliver(t, w.door("wx-main"), h, body); status != http.StatusOK {
		t.Fatalf("answered %d", status)
	}
	w.stop()
	w.clock.forward(time.Hour)
	must(t, w.nats.Again())
	eventually(t, w.bus.Conn().IsConnected)
	w.start()
	events[*notifyv1.PayScoreOrderNotified](w, "GROWNOLD", 1)
	if status, _ := deliver(t, w.door("wx-main"), h, body); status != http.StatusUnauthorized {
		t.Errorf("the same delivery an hour later was answered %d", status)
	}
}
