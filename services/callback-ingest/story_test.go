package callbackingest_test

import (
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/service"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	callbackingest "github.com/facepay-go/facepay/services/callback-ingest"
)

func story(w *world, merchant, outOrderNo string) []*eventv1.StoryEntry {
	w.t.Helper()
	var reply eventv1.StoryReply
	req := &eventv1.StoryRequest{Merchant: merchant, OutOrderNo: outOrderNo}
	must(w.t, service.Call(w.t.Context(), w.bus.Conn(), callbackingest.Name, "story", req, &reply))
	return reply.GetEntries()
}

func details(e *eventv1.StoryEntry) map[string]string {
	d := map[string]string{}
	for _, x := range e.GetDetails() {
		d[x.GetLabel()] = x.GetValue()
	}
	return d
}

func TestTheStoryTellsEveryFactOfAnOrderWithItsRepeatsAndItsPublication(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for _, amount := range []int{100, 350} {
		e := entity(t, map[string]any{"out_order_no": "STORY", "collection": map[string]any{"state": "USER_PAYING", "paid_amount": amount}})
		w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", e))
		w.clock.forward(time.Minute)
	}
	again := entity(t, map[string]any{"out_order_no": "STORY", "collection": map[string]any{"state": "USER_PAYING", "paid_amount": 350}})
	w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", again))
	w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "OTHER")))
	w.settled(3)

	var told []*eventv1.StoryEntry
	eventually(t, func() bool { // the repeat is noted after its answer, the publication after the broker's word
		told = story(w, "cabinet", "STORY")
		return len(told) == 2 && details(told[1])["last_repeat_at"] != "" &&
			details(told[0])["publication"] == "published" && details(told[1])["publication"] == "published"
	})
	first, second := details(told[0]), details(told[1])
	if first["paid_amount_fen"] != "100" || second["paid_amount_fen"] != "350" || !told[0].GetAt().AsTime().Before(told[1].GetAt().AsTime()) {
		t.Errorf("the order of arrival is lost: %v", told)
	}
	if first["last_repeat_at"] != "" {
		t.Error("the first fact was not repeated")
	}
	for _, d := range []map[string]string{first, second} {
		for _, label := range []string{"event_type", "notification_id", "create_time", "serial", "request_id", "state", "collection_state", "event_id", "published_at"} {
			if d[label] == "" {
				t.Errorf("%s is missing in %v", label, d)
			}
		}
	}
}

func TestAnOrderNeverHeardOfHasAnEmptyStory(t *testing.T) {
	w := startedWorld(t)
	for _, merchant := range []string{"cabinet", "nobody", ""} {
		if told := story(w, merchant, "NEVER"); len(told) != 0 {
			t.Errorf("%q tells %v", merchant, told)
		}
	}
}
