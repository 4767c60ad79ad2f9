package errand

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/facepay-go/facepay/pkg/money"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechatstub"
)

// TestWhatAnErrandHasNoShareLeftForIsNotBegun: a request that is begun and not sent counts as in doubt.
func TestWhatAnErrandHasNoShareLeftForIsNotBegun(t *testing.T) {
	w := newWorld(t, 4)
	w.Timers.Unknown, w.Timers.Longest = []time.Duration{0}, 0 // everything is due at once
	w.mu.Lock()
	w.answer = func(wechatstub.Got) wechatstub.Reply {
		return wechatstub.Reply{Status: 401, Body: `{"code":"SIGN_ERROR"}`}
	}
	w.mu.Unlock()
	w.apply(face(t))
	c, sent := w.load().State.Create, len(w.server.Got())
	if sent != chain || c.Tries != sent || !c.SentAt.IsZero() {
		t.Fatalf("%d sends, the order says %d, one under way since %v", sent, c.Tries, c.SentAt)
	}
	w.clock.move(2 * w.Claim)
	var during order.Request
	w.mu.Lock()
	w.answer = func(wechatstub.Got) wechatstub.Reply {
		during = w.load().State.Create
		return state("DOING", "USER_CONFIRM")
	}
	w.mu.Unlock()
	w.sweep()
	if !during.DoubtAt.IsZero() {
		t.Errorf("a request that was never sent is in doubt since %v", during.DoubtAt)
	}
}

// explicitFace asks for an order that begins at a second of its own.
func explicitFace(t *testing.T) order.Fact {
	t.Helper()
	details, err := proto.Marshal(&kioskv1.FaceResult{
		ServiceId: "500001", Openid: openID, ServiceIntroduction: "售货", RiskFund: &kioskv1.RiskFund{AmountFen: 100},
		StartPolicy: kioskv1.StartPolicy_START_POLICY_EXPLICIT,
	})
	must(t, err)
	return order.FaceSucceeded{ID: "face1", ServiceID: "500001", DeviceID: "K1", RiskFund: money.Fen(100), Details: details}
}

func startOf(t *testing.T, g wechatstub.Got) time.Time {
	t.Helper()
	_, rest, _ := strings.Cut(g.Body, `"start_time":"`)
	at, err := time.ParseInLocation("20060102150405", rest[:14], time.FixedZone("Beijing", 8*60*60))
	must(t, err)
	return at
}

func TestACreateThatIsSentLateBeginsInTheFuture(t *testing.T) {
	w := newWorld(t, 1)
	busy, _ := w.Pool.Reserve("acme")
	must(t, w.try("acme", explicitFace(t))) // without room it waits for the sweep
	busy.Release()
	w.clock.move(10 * time.Second)
	w.replies(wechatstub.Reply{Status: 429, Body: `{"code":"FREQUENCY_LIMITED"}`}, wechatstub.Reply{Status: 500, Body: `{"code":"SYSTEM_ERROR"}`},
		state("DOING", "USER_CONFIRM"))
	w.sweep()
	for range 2 { // turned away for now, then in doubt
		w.clock.move(8 * time.Second)
		w.sweep()
	}
	got := w.server.Got()
	if len(got) != 3 {
		t.Fatalf("%d creates were sent", len(got))
	}
	begun := w.clock.Now().Add(-16 * time.Second)
	for i, at := range []time.Time{begun, begun.Add(8 * time.Second)} {
		if start := startOf(t, got[i]); !start.After(at) {
			t.Errorf("send %d is made at %v and begins at %v", i, at, start)
		}
	}
	if got[1] != got[2] {
		t.Error("a create that WeChat may have carried out was sent with other bytes")
	}
	if strings.ReplaceAll(got[0].Body, startOf(t, got[0]).In(time.FixedZone("", 8*3600)).Format("20060102150405"), "") !=
		strings.ReplaceAll(got[1].Body, startOf(t, got[1]).In(time.FixedZone("", 8*3600)).Format("20060102150405"), "") {
		t.Error("more than the start differs")
	}
}
