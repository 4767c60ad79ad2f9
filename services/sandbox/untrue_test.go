package sandbox_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/sandbox"
)

func TestALieIsSoundSaysWhatItSaysAndIsFollowedByTheTruth(t *testing.T) {
	other := func(c *sandbox.Config) {
		second := c.Merchants[0]
		second.MchID, second.AppIDs = "1900000110", []string{"wx1"}
		c.Merchants[0].AppIDs = append(c.Merchants[0].AppIDs, "wx7777777777777777")
		c.Merchants = append(c.Merchants, second)
	}
	w := start(t, func(w *world) { w.clock = clock.Scaled(30) }, configured(other))
	for kind, says := range map[string][2]any{
		"foreign_mchid": {"mchid", "1900000110"}, "foreign_appid": {"appid", "wx7777777777777777"},
		"foreign_service": {"service_id", "500002"}, "unknown_order": {"out_order_no", "unknown_orderx"}, "foreign_amount": {"total_amount", 349.0},
	} {
		rule := fieldsOf{"fault": kind, "times": 1}
		if kind == "foreign_amount" {
			rule["amount_fen"] = 349
		}
		w.pay(t, kind, rule)
		lie, truth := w.next(t, "/order"), w.next(t, "/order")
		_, told := w.notice(t, lie)
		if _, entity := w.notice(t, truth); told[says[0].(string)] != says[1] || entity["out_order_no"] != kind || entity["mchid"] != mchID ||
			entity["appid"] != appID || entity["service_id"] != serviceID || entity["total_amount"] != 350.0 {
			t.Errorf("%s: %v, then %v", kind, told, entity)
		}
		if paid := told["collection"].(fieldsOf); kind == "foreign_amount" && (paid["state"] != "USER_PAID" || paid["paid_amount"] != 349.0 ||
			paid["details"].([]any)[0].(fieldsOf)["amount"] != 349.0) {
			t.Errorf("%s: %v", kind, paid)
		}
		if bytes.Equal(noticeID(t, lie), noticeID(t, truth)) {
			t.Errorf("%s: the lie has the truth's id", kind)
		}
	}
}

// noticeID is the envelope up to its second field.
func noticeID(t testing.TB, d delivery) []byte {
	t.Helper()
	id, _, ok := bytes.Cut(d.body, []byte(`,"create_time"`))
	if !ok {
		t.Fatalf("%s", d.body)
	}
	return id
}

func TestAStaleNoticeIsFollowedByAFreshOne(t *testing.T) {
	w := start(t, func(w *world) { w.clock = clock.Scaled(30) })
	w.pay(t, "PS1", fieldsOf{"fault": "stale", "times": 1})
	stale := w.next(t, "/order")
	if err := w.check(stale.header, stale.body); err == nil || !signedBy(w.wechat[stale.header.Get("Wechatpay-Serial")], stale.header, stale.body) {
		t.Errorf("%v", err)
	}
	w.notice(t, w.next(t, "/order"))
}

func TestAReplayIsTheSameBytesLater(t *testing.T) {
	w := start(t, func(w *world) { w.clock = clock.Scaled(1000) })
	w.pay(t, "PS1", fieldsOf{"fault": "replayed", "delay_ms": 400_000, "times": 1})
	first, again := w.next(t, "/order"), w.next(t, "/order")
	if !bytes.Equal(first.body, again.body) || first.header.Get("Wechatpay-Signature") != again.header.Get("Wechatpay-Signature") ||
		first.header.Get("Wechatpay-Timestamp") != again.header.Get("Wechatpay-Timestamp") || first.header.Get("Request-ID") != again.header.Get("Request-ID") {
		t.Error("the replay differs")
	}
	if err := w.check(again.header, again.body); err == nil {
		t.Error("the replay is as fresh as the first")
	}
	if n := w.noticed(t, "PS1", "delivered"); len(n["attempts"].([]any)) != 2 {
		t.Errorf("%v", n)
	}
}

func TestAReplayOutlivesARestart(t *testing.T) {
	w := start(t)
	w.pay(t, "PS1", fieldsOf{"fault": "replayed", "delay_ms": 700, "times": 1})
	first := w.next(t, "/order")
	w.restart()
	if again := w.next(t, "/order"); !bytes.Equal(first.body, again.body) {
		t.Error("the replay differs")
	}
}

func TestAFalseNoticeComesBeforeTheAnswerAndTheBookKnowsNothingOfIt(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = time.Hour }))
	w.rule(t, fieldsOf{"operation": "create", "fault": "false_notice", "amount_fen": 350, "times": 1})
	w.rule(t, fieldsOf{"operation": "complete", "fault": "false_notice", "amount_fen": 100, "times": 1})
	w.open(t, "PS1", "alice")
	for i, want := range []float64{350, 100} {
		if len(w.deliveries) == 0 {
			t.Fatal("no notice came before the answer")
		}
		event, entity := w.notice(t, w.next(t, "/order"))
		paid := entity["collection"].(fieldsOf)
		if event != "PAYSCORE.USER_PAID" || entity["state"] != "DONE" || paid["state"] != "USER_PAID" || paid["paid_amount"] != want {
			t.Errorf("%s %v", event, entity)
		}
		if i == 0 {
			w.state(t, "PS1", "DOING/USER_CONFIRM")
			w.finish(t, "PS1", 350)
		}
	}
	w.state(t, "PS1", "DOING/MCH_COMPLETE")
	if row := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200); row["paid_amount"] != 0.0 {
		t.Errorf("%v", row)
	}
}

func TestAuthorisationsAreNotLiedAboutInWordsTheyDoNotHave(t *testing.T) {
	w := start(t)
	for _, rule := range []fieldsOf{{"fault": "foreign_amount", "amount_fen": 1}, {"fault": "unknown_order"}, {"fault": "reversed"}} {
		rule["operation"], rule["event_type"] = "notify", "PAYSCORE.USER_OPEN_SERVICE"
		w.rule(t, rule)
	}
	w.open(t, "PS1", "alice")
	w.notice(t, w.next(t, "/service"))
	for _, r := range w.control(t, http.MethodGet, "/control/wechat/faults", nil, 200)["rules"].([]any) {
		if r.(fieldsOf)["hits"] != 0.0 {
			t.Errorf("%v", r)
		}
	}
}
