package callbackingest_test

import (
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	notifyv1 "github.com/facepay-go/facepay/proto/gen/facepay/notify/v1"
	"github.com/facepay-go/facepay/services/callback-ingest/internal/tally"
)

func TestAHundredCopiesAtOnceAreAllAnsweredAndMakeOneEvent(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	fact := paid(t, "COPIES")
	statuses := make([]int, 100)
	var all sync.WaitGroup
	for i := range statuses { // every copy is sealed and signed anew, under an id of its own
		all.Go(func() { statuses[i] = w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", fact)) })
	}
	all.Wait()
	for i, s := range statuses {
		if s != http.StatusOK {
			t.Errorf("copy %d was answered %d", i, s)
		}
	}
	events[*notifyv1.PayScoreOrderNotified](w, "COPIES", 1)
	if n := w.svc.Counts().Outcomes; n[tally.Accepted] != 1 || n[tally.Duplicate] != 99 {
		t.Errorf("counted %v", n)
	}
}

func TestAGroupOfNewAndKnownFactsAnswersEachForItself(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for i := range 20 {
		w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("MIX%d", i))))
	}
	before := w.docs.inserts.Load()
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			if s := w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, fmt.Sprintf("MIX%d", i)))); s != http.StatusOK {
				t.Errorf("MIX%d was answered %d", i, s)
			}
		})
	}
	all.Wait()
	// What the sweep published again on a busy machine is counted twice, and once in the stream.
	eventually(t, func() bool { return w.stored() >= 60 })
	w.settled(60)
	if n := w.stored(); n != 60 {
		t.Errorf("%d events for 60 facts", n)
	}
	if n := w.svc.Counts().Outcomes; n[tally.Accepted] != 60 || n[tally.Duplicate] != 20 {
		t.Errorf("counted %v", n)
	}
	t.Logf("60 deliveries were stored in %d writes", w.docs.inserts.Load()-before)
}

func TestOpenCloseAndOpenAgainAreThreeFactsOfOneUser(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	tell := func(event, status, at string) {
		t.Helper()
		body := from.notification("PAYSCORE."+event, fmt.Sprintf(`{"appid":"wx8888888888888888","mchid":"1900000109","out_request_no":"REQ1",
			"service_id":"500001","openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","user_service_status":%q,"openorclose_time":%q}`, status, at))
		if s := w.tell(from, "wx-main", body); s != http.StatusOK {
			t.Fatalf("answered %d", s)
		}
	}
	for range 2 { // and each is told twice
		tell("USER_OPEN_SERVICE", "USER_OPEN_SERVICE", "20231115061320")
		tell("USER_CLOSE_SERVICE", "USER_CLOSE_SERVICE", "20231115071320")
		tell("USER_OPEN_SERVICE", "USER_OPEN_SERVICE", "20231115081320")
	}
	got := events[*notifyv1.PayScoreAuthorizationNotified](w, goldenUser, 3)
	var times []string
	for _, e := range got {
		times = append(times, e.GetOpenorcloseTime()+" "+e.GetUserServiceStatus())
		if e.GetMerchant() != "cabinet" || e.GetOpenid() != "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" || e.GetServiceId() != "500001" {
			t.Errorf("an event about %s %s %s", e.GetMerchant(), e.GetOpenid(), e.GetServiceId())
		}
	}
	slices.Sort(times) // any order will do
	want := []string{"20231115061320 USER_OPEN_SERVICE", "20231115071320 USER_CLOSE_SERVICE", "20231115081320 USER_OPEN_SERVICE"}
	if diff := cmp.Diff(want, times); diff != "" {
		t.Error(diff)
	}
}

func TestPartialPaymentsAreSeveralFacts(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for _, amount := range []int{100, 200, 350, 350} {
		e := entity(t, map[string]any{"out_order_no": "PARTS", "state": "DOING", "collection": map[string]any{
			"state": "USER_PAYING", "total_amount": 350, "paying_amount": 350 - amount, "paid_amount": amount,
		}})
		w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", e))
	}
	events[*notifyv1.PayScoreOrderNotified](w, "PARTS", 3)
}
