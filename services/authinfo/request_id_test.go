package authinfo_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
)

// anyCredential compares what a request_id keeps for ever. The credential is the terminal's and lives two hours; two replicas
// that ask for one at the same moment may get one each.
var anyCredential = protocmp.IgnoreFields(&authinfov1.OpenSessionReply{}, "authinfo")

func TestOfThreeBodiesUnderOneRequestIDOneWinsAtAllReplicasForEver(t *testing.T) {
	w := newWorld(t)
	stops := []func(){w.start(), w.start()} // two replicas share the endpoint
	body := func(i int) *authinfov1.OpenSessionRequest {
		return with(request("race"), func(r *authinfov1.OpenSessionRequest) { r.StoreId = "S" + strconv.Itoa(i%3) })
	}
	replies, errs := make([]*authinfov1.OpenSessionReply, 12), make([]error, 12)
	together(len(replies), func(i int) { replies[i], errs[i] = w.open(body(i)) })

	winner := -1
	for i, err := range errs {
		if err == nil && winner < 0 {
			winner = i
		}
	}
	if winner < 0 {
		t.Fatalf("nobody won: %v", errs)
	}
	holds := func(i int, reply *authinfov1.OpenSessionReply, err error) {
		t.Helper()
		switch {
		case i%3 != winner%3:
			if fault.CodeOf(err) != "request_id_conflict" || !fault.Is(err, fault.Conflict) {
				t.Errorf("body %d of a losing kind got %v, %v", i, reply, err)
			}
		case err != nil:
			t.Errorf("body %d of the winning kind got %v", i, err)
		default:
			if diff := cmp.Diff(replies[winner], reply, protocmp.Transform(), anyCredential); diff != "" {
				t.Errorf("body %d got another result: %s", i, diff)
			}
		}
	}
	for i := range replies {
		holds(i, replies[i], errs[i])
	}
	for _, stop := range stops {
		stop()
	}
	w.start()
	for i := range 3 {
		reply, err := w.open(body(i))
		holds(i, reply, err)
	}
	if n := len(events[*authinfov1.SessionOpened](w, replies[winner].GetOutOrderNo())); n != 1 {
		t.Errorf("%d SessionOpened, want 1", n)
	}
}

func TestARequestIDKeepsItsNumbersWhenItsSessionHasEnded(t *testing.T) {
	w := newWorld(t)
	stop := w.start()
	expired, used := w.mustOpen(request("expires")), w.mustOpen(request("is-used"))
	w.publish(faceResult("acme", used.GetOutOrderNo()))
	w.settled()
	w.clock.Advance(w.cfg.SessionTTL + time.Second)
	eventually(t, "the session expired", func() bool { return w.state(expired.GetOutOrderNo()) == "EXPIRED" })
	w.clock.Advance(24 * time.Hour) // the credentials have ended too
	stop()
	w.start()
	for id, first := range map[string]*authinfov1.OpenSessionReply{"expires": expired, "is-used": used} {
		again := w.mustOpen(request(id))
		if diff := cmp.Diff(first, again, protocmp.Transform(), anyCredential); diff != "" {
			t.Errorf("%s: %s", id, diff)
		}
		if first.GetAuthinfo() == again.GetAuthinfo() {
			t.Errorf("%s: a credential that ended was handed out", id)
		}
		if _, err := w.open(with(request(id), func(r *authinfov1.OpenSessionRequest) { r.DeviceId = "KIOSK-0002" })); fault.CodeOf(err) != "request_id_conflict" {
			t.Errorf("%s, with another body: %v", id, err)
		}
		if n := len(events[*authinfov1.SessionOpened](w, first.GetOutOrderNo())); n != 1 {
			t.Errorf("%s: %d SessionOpened, want 1", id, n)
		}
	}
	if got := w.state(expired.GetOutOrderNo()); got != "EXPIRED" {
		t.Errorf("asking again made an expired session %s", got)
	}
	if got := w.state(used.GetOutOrderNo()); got != "USED" {
		t.Errorf("asking again made a used session %s", got)
	}
}
