package authinfo_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/service"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"

	"github.com/facepay-go/facepay/services/authinfo"
)

// story asks the service what it knows.
func (w *world) story(merchant, outOrderNo string) *eventv1.StoryReply {
	w.t.Helper()
	var reply eventv1.StoryReply
	must(w.t, service.Call(w.t.Context(), w.bus.Conn(), authinfo.Name, "story", &eventv1.StoryRequest{Merchant: merchant, OutOrderNo: outOrderNo}, &reply))
	return &reply
}

func (w *world) state(outOrderNo string) string {
	w.t.Helper()
	return w.story("acme", outOrderNo).GetSummary()[0].GetValue()
}

// settled waits until every kiosk fact published so far was handled.
func (w *world) settled() {
	w.t.Helper()
	js, err := jetstream.New(w.bus.Conn())
	must(w.t, err)
	for _, name := range []string{"KIOSK", "NOTIFY"} {
		consumer, err := js.Consumer(w.t.Context(), name, authinfo.Name)
		must(w.t, err)
		stream, err := js.Stream(w.t.Context(), name)
		must(w.t, err)
		var last uint64 // of its messages; the broker tells a consumer of a message a moment after it has stored it
		for _, filter := range consumer.CachedInfo().Config.FilterSubjects {
			if msg, err := stream.GetLastMsgForSubject(w.t.Context(), filter); err == nil {
				last = max(last, msg.Sequence)
			} else if !errors.Is(err, jetstream.ErrMsgNotFound) {
				w.t.Fatal(err)
			}
		}
		eventually(w.t, "the consumer has nothing left", func() bool {
			info, err := consumer.Info(w.t.Context())
			must(w.t, err)
			return info.Delivered.Stream >= last && info.NumPending == 0 && info.NumAckPending == 0
		})
	}
}

// swept waits until the timer has gone over everything that is due now: it expires a session that is due last of all.
func (w *world) swept() {
	w.t.Helper()
	number := w.mustOpen(request("swept-" + strconv.FormatInt(w.clock.ahead.Load(), 10))).GetOutOrderNo()
	w.clock.Advance(w.cfg.SessionTTL + time.Second)
	eventually(w.t, "the last session expired", func() bool { return w.state(number) == "EXPIRED" })
}

func TestASessionWithoutAFaceResultExpiresOnce(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.start() // two replicas sweep one store
	var numbers []string
	for i := range 40 {
		numbers = append(numbers, w.mustOpen(request("r"+strconv.Itoa(i))).GetOutOrderNo())
	}
	w.clock.Advance(10*time.Minute + time.Second)
	for _, number := range numbers {
		eventually(t, "expired", func() bool { return len(events[*authinfov1.SessionExpired](w, number)) > 0 })
	}
	w.clock.Advance(time.Hour) // beyond every claim: what would be due again is due now
	w.swept()
	for _, number := range numbers {
		expired := events[*authinfov1.SessionExpired](w, number)
		if len(expired) != 1 || expired[0].GetDeviceId() != "KIOSK-0001" || expired[0].GetMerchant() != "acme" {
			t.Errorf("%s: %v, want one SessionExpired", number, expired)
		}
	}
}

func TestAFaceResultEndsTheWaitWhateverItSays(t *testing.T) {
	w := newWorld(t)
	w.start()
	for _, code := range []string{"SUCCESS", "ERROR", "USER_CANCEL", "SCAN_PAYMENT", "sdk failure with a long text"} {
		number := w.mustOpen(request("r-" + code[:3])).GetOutOrderNo()
		m := faceResult("acme", number)
		m.ReturnCode = code
		w.publish(m)
		eventually(t, code+" is seen", func() bool { return w.state(number) == "USED" })
		w.clock.Advance(11 * time.Minute)
		w.publish(m) // a duplicate
		w.settled()
		if n := len(events[*authinfov1.SessionExpired](w, number)); n != 0 || w.state(number) != "USED" {
			t.Errorf("%s: %d SessionExpired, state %s", code, n, w.state(number))
		}
	}
}

func TestAFaceResultAndTheTimerNeverBothWin(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.start()
	for round := range 12 {
		number := w.mustOpen(request("r" + strconv.Itoa(round))).GetOutOrderNo()
		m := faceResult("acme", number)
		together(2, func(i int) {
			if i == 0 {
				w.clock.Advance(10 * time.Minute)
			} else {
				<-time.After(time.Duration(round) * 4 * time.Millisecond) // spread over a sweep and more, so that both win at times
				w.publish(m)
			}
		})
		eventually(t, "the session has ended", func() bool { return w.state(number) != "OPEN" })
		w.settled()
		state, expired := w.state(number), len(events[*authinfov1.SessionExpired](w, number))
		if (state == "EXPIRED") != (expired == 1) || expired > 1 {
			t.Errorf("state %s with %d SessionExpired", state, expired)
		}
	}
}

func TestASessionExpiresThoughTheServiceWasDown(t *testing.T) {
	w := newWorld(t)
	stop := w.start()
	number := w.mustOpen(request("r1")).GetOutOrderNo()
	used := w.mustOpen(request("r2")).GetOutOrderNo()
	stop()
	w.publish(faceResult("acme", used)) // waits in the stream
	w.start()
	eventually(t, "the fact that waited is seen", func() bool { return w.state(used) == "USED" })
	w.clock.Advance(10*time.Minute + time.Second)
	eventually(t, "expired", func() bool { return len(events[*authinfov1.SessionExpired](w, number)) == 1 })
}

func TestAFaceResultForANumberOfSomebodyElseIsIgnored(t *testing.T) {
	w := newWorld(t)
	w.start()
	number := w.mustOpen(request("r1")).GetOutOrderNo()
	w.publish(faceResult("acme", "NEVER1"))
	w.publish(faceResult("nobody", number))
	w.publish(faceResult("acme", "not a number of any provider, and far too long to be one"))
	w.settled()
	if got := w.state(number); got != "OPEN" {
		t.Errorf("state %s", got)
	}
	if reply := w.story("acme", "NEVER1"); len(reply.GetEntries())+len(reply.GetSummary()) != 0 {
		t.Errorf("a story of an unknown number: %v", reply)
	}
	letters, err := w.bus.DeadLetters(t.Context(), 0)
	must(t, err)
	if len(letters) != 0 {
		t.Errorf("dead letters: %v", letters)
	}
}

func TestTheStoryTellsEachStepWithoutSecrets(t *testing.T) {
	w := newWorld(t)
	w.start()
	reply := w.mustOpen(request("r1"))
	number := reply.GetOutOrderNo()
	w.clock.Advance(10*time.Minute + time.Second)
	eventually(t, "expired", func() bool { return w.state(number) == "EXPIRED" })
	m := faceResult("acme", number)
	m.ReturnCode, m.ErrCode = "USER_CANCEL", 7
	w.publish(m)
	eventually(t, "the late result is noted", func() bool { return len(w.story("acme", number).GetEntries()) == 3 })

	var lines []string
	for _, e := range w.story("acme", number).GetEntries() {
		line := e.GetKind() + ": " + e.GetTitle()
		for _, d := range e.GetDetails() {
			line += fmt.Sprintf(" %s=%s", d.GetLabel(), d.GetValue())
		}
		lines = append(lines, line)
	}
	want := []string{
		"session: session opened: number handed to the kiosk device_id=KIOSK-0001 store_id=S001 service_id=500001 payscore_out_request_no=" +
			reply.GetPayscoreOutRequestNo() + " request_id=r1 expires_at=" + reply.GetExpiresAt().AsTime().Format(time.RFC3339),
		"session: session expired without a face result",
		"session: face result seen after the session expired return_code=USER_CANCEL err_code=7",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
}
