package sandbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

func TestEachRefundFaultHappensOnceAndLeavesTheBookAsItSays(t *testing.T) {
	for _, c := range []struct {
		kind   string
		status int
		code   string
		exists bool
	}{
		{"not_enough", 403, "NOT_ENOUGH-0", false},
		{"user_account_abnormal", 403, "USER_ACCOUNT_ABNORMAL-0", false},
		{"unlisted_not_enough", 403, "NOTENOUGH-0", false},
		{"unlisted_rule_limit", 403, "RULELIMIT-0", false},
		{"payment_not_visible", 404, "RESOURCE_NOT_EXISTS-0", false},
		{"too_frequent", 429, "FREQUENCY_LIMITED-268435472", false},
		{"system_error", 500, "SYSTEM_ERROR-0", false},
		{"system_error_after", 500, "SYSTEM_ERROR-0", true},
		{"bad_gateway_after", 502, "", true},
	} {
		t.Run(c.kind, func(t *testing.T) {
			w := start(t, configured(refundsAtOnce))
			transaction := w.paid(t, "PS1")
			w.rule(t, fieldsOf{"operation": "refund", "fault": c.kind, "out_order_no": "PS1", "times": 1})
			body := w.refundBody("RF1", transaction, 100)
			if r := w.call(t, http.MethodPost, refundsPath, body); r.status != c.status || c.code != "" && r.code(t) != c.code {
				t.Errorf("%d %s", r.status, r.body)
			}
			if found := w.call(t, http.MethodGet, refundsPath+"/RF1", nil); (found.status == 200) != c.exists {
				t.Errorf("afterwards: %d %s", found.status, found.body)
			}
			if again := w.call(t, http.MethodPost, refundsPath, body); again.status != 200 {
				t.Errorf("the second time: %d %s", again.status, again.body)
			}
		})
	}
}

func TestARefundWhoseAnswerIsLostWasAccepted(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	transaction := w.paid(t, "PS1")
	w.rule(t, fieldsOf{"operation": "refund", "fault": "lost_answer", "out_order_no_prefix": "PS", "times": 1})
	body, err := json.Marshal(w.refundBody("RF1", transaction, 100))
	if err != nil {
		t.Fatal(err)
	}
	r := w.client.request(http.MethodPost, refundsPath, body)
	if _, err := w.client.send(r); err == nil {
		t.Error("there was an answer")
	}
	w.refundStatus(t, "RF1", "SUCCESS")
}

func TestARefundMayEndAbnormalOrClosed(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	for kind, status := range map[string]string{"refund_abnormal": "ABNORMAL", "refund_closed": "CLOSED"} {
		transaction := w.paid(t, status)
		w.rule(t, fieldsOf{"operation": "refund_settle", "fault": kind, "out_order_no": status})
		w.call(t, http.MethodPost, refundsPath, w.refundBody("RF"+status, transaction, 100))
		if event, entity := w.notice(t, w.next(t, "/refund")); event != "REFUND."+status || entity["refund_status"] != status || entity["success_time"] != nil {
			t.Errorf("%s %v", event, entity)
		}
		if r := w.refundStatus(t, "RF"+status, status); r["success_time"] != nil {
			t.Errorf("%v", r)
		}
	}
	w.control(t, http.MethodPost, "/control/wechat/refunds/RFCLOSED/handle", nil, 409)
	w.control(t, http.MethodPost, "/control/wechat/refunds/RFABNORMAL/handle", nil, 200)
	if event, entity := w.notice(t, w.next(t, "/refund")); event != "REFUND.SUCCESS" || entity["out_refund_no"] != "RFABNORMAL" {
		t.Errorf("%s %v", event, entity)
	}
	totals := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)["totals"].(fieldsOf)
	if totals["refunded_fen"] != 100.0 || totals["refunds"].(fieldsOf)["CLOSED"] != 1.0 {
		t.Errorf("%v", totals)
	}
}

func TestARefundMayEndLate(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, configured(refundsAtOnce), func(w *world) { w.clock = gears })
	transaction := w.paid(t, "PS1")
	w.rule(t, fieldsOf{"operation": "refund_settle", "fault": "late", "delay_ms": 4 * 60_000})
	gears.shift(1000)
	accepted := gears.Now()
	w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100))
	w.next(t, "/refund")
	if waited := gears.Now().Sub(accepted); waited < 4*time.Minute {
		t.Errorf("it ended after %s", waited)
	}
}

func TestARefundThatEndsIsToldThoughTheSandboxWasStopped(t *testing.T) {
	w := start(t)
	transaction := w.paid(t, "PS1")
	w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100))
	w.restart()
	if event, entity := w.notice(t, w.next(t, "/refund")); event != "REFUND.SUCCESS" || entity["out_refund_no"] != "RF1" {
		t.Errorf("%s %v", event, entity)
	}
}

func TestLiesAndSpoiledNoticesOfRefunds(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	for no, c := range map[string]struct {
		rule  fieldsOf
		sound bool
		lie   func(fieldsOf) bool
	}{
		"TAMP": {fieldsOf{"fault": "tampered"}, false, nil},
		"FAMT": {fieldsOf{"fault": "foreign_amount", "amount_fen": 77}, true, func(e fieldsOf) bool { return e["amount"].(fieldsOf)["refund"] == 77.0 }},
		"FNON": {fieldsOf{"fault": "unknown_order"}, true, func(e fieldsOf) bool { return e["out_refund_no"] == "RFFNONx" && e["out_order_no"] == nil }},
	} {
		transaction := w.paid(t, no)
		rule := fieldsOf{"operation": "notify", "event_type": "REFUND.SUCCESS", "out_order_no": no, "times": 1}
		for k, v := range c.rule {
			rule[k] = v
		}
		w.rule(t, rule)
		w.call(t, http.MethodPost, refundsPath, w.refundBody("RF"+no, transaction, 100))
		d := w.next(t, "/refund")
		if err := w.check(d.header, d.body); (err == nil) != c.sound {
			t.Errorf("%s: %v", no, err)
		}
		if c.sound {
			if _, entity := w.notice(t, d); !c.lie(entity) {
				t.Errorf("%s: %v", no, entity)
			}
		}
	}
}

// frozen is a clock that stands still: what is due at once is done, nothing else.
type frozen struct{ at time.Time }

func (f frozen) Now() time.Time { return f.at }

func (f frozen) After(d time.Duration) <-chan time.Time { return time.After(d) }

func (f frozen) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestARefundMayBeToldBeforeItIsAnswered(t *testing.T) {
	w := start(t)
	transaction := w.paid(t, "PS1")
	w.rule(t, fieldsOf{"operation": "refund", "fault": "early_notice"})
	r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 100))
	select {
	case d := <-w.inbox.deliveries:
		for d.path != "/refund" {
			d = <-w.inbox.deliveries // those of the order came before
		}
		if event, _ := w.notice(t, d); event != "REFUND.SUCCESS" || r.json(t)["status"] != "PROCESSING" {
			t.Errorf("%s %s", event, r.body)
		}
	default:
		t.Error("nothing was told before the answer")
	}
	w.refundStatus(t, "RF1", "SUCCESS")
}

func TestTheAnswerMayBeAboutAnotherRefund(t *testing.T) {
	w := start(t, configured(refundsAtOnce))
	w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", w.paid(t, "PS1"), 100))
	w.call(t, http.MethodPost, refundsPath, w.refundBody("RF2", w.paid(t, "PS2"), 200))
	for kind, want := range map[string]string{"answer_of_another": "RF1", "answer_of_nobody": "RF2x"} {
		w.rule(t, fieldsOf{"operation": "refund_query", "fault": kind, "times": 1})
		if r := w.call(t, http.MethodGet, refundsPath+"/RF2", nil); r.bad != nil || r.json(t)["out_refund_no"] != want {
			t.Errorf("%s: %s", kind, r.body)
		}
	}
}

// A crash between the write that ends a refund and the one that queues its notice.
func TestARefundThatACrashKeptUntoldIsToldAtTheNextStart(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.RefundAfter = time.Hour }))
	w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", w.paid(t, "PS1"), 100))
	w.restartAfter(func(b *book.Book) {
		if _, err := b.ChangeRefund(t.Context(), mchID, "RF1", func(r *book.Refund) error {
			r.DueAt = w.clock.Now()
			r.Settle(book.RefundAbnormal, r.DueAt)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
	if event, _ := w.notice(t, w.next(t, "/refund")); event != "REFUND.ABNORMAL" {
		t.Error(event)
	}
	if notices := w.control(t, http.MethodGet, "/control/wechat/notices?out_order_no=PS1", nil, 200)["notices"].([]any); len(notices) != 2 {
		t.Errorf("%v", notices)
	}
}

func TestAPaymentMayBeRefundedInThePortalAsSoonAsItIsMade(t *testing.T) {
	w := start(t, configured(refundsAtOnce), toPortal, configured(func(c *sandbox.Config) { c.NoUserLimits = true }))
	w.rule(t, fieldsOf{"operation": "deduct", "fault": "refunded_in_portal", "amount_fen": 100})
	transaction := w.paid(t, "PS1")
	if _, paid := w.notice(t, w.next(t, "/order")); paid["collection"].(fieldsOf)["paid_amount"] != 350.0 {
		t.Errorf("%v", paid)
	}
	if event, entity := w.notice(t, w.next(t, "/portal")); event != "REFUND.SUCCESS" || entity["transaction_id"] != transaction || entity["amount"].(fieldsOf)["refund"] != 100.0 {
		t.Errorf("%s %v", event, entity)
	}
}
