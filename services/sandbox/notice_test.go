package sandbox_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

// pay makes a paid order whose callback meets the rule.
func (w *world) pay(t testing.TB, no string, rule fieldsOf) {
	t.Helper()
	rule["operation"], rule["out_order_no"] = "notify", no
	w.rule(t, rule)
	w.open(t, no, "user of "+no)
	w.finish(t, no, 350)
}

// noticed polls the notices of an order until the first has the outcome.
func (w *world) noticed(t testing.TB, no, outcome string) fieldsOf {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; {
		notices := w.control(t, http.MethodGet, "/control/wechat/notices?out_order_no="+no, nil, 200)["notices"].([]any)
		if len(notices) > 0 && notices[0].(fieldsOf)["outcome"] == outcome {
			return notices[0].(fieldsOf)
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v, want %s", notices, outcome)
		}
	}
}

func TestAnEarlyNoticeArrivesBeforeTheCompletionIsAnswered(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "complete", "fault": "early_notice"})
	w.open(t, "PS1", "alice")
	answered := make(chan struct{})
	overtaken := make(chan bool, 10)
	w.inbox.answer(func(d delivery) int {
		if d.path == "/order" {
			select {
			case <-answered:
				overtaken <- false
			default:
				overtaken <- true
			}
		}
		return http.StatusOK
	})
	r := w.finish(t, "PS1", 350)
	close(answered)
	if r.json(t)["state_description"] != "MCH_COMPLETE" || !<-overtaken {
		t.Errorf("%s", r.body)
	}
	w.state(t, "PS1", "DONE")
}

func TestNoticesMayComeTwiceOrManyAtOnce(t *testing.T) {
	w := start(t)
	w.pay(t, "PS1", fieldsOf{"fault": "twice"})
	w.pay(t, "PS2", fieldsOf{"fault": "concurrent", "copies": 8})
	ids := map[string]int{}
	for range 10 {
		_, entity := w.notice(t, w.next(t, "/order"))
		ids[fmt.Sprint(entity["out_order_no"])]++
	}
	if ids["PS1"] != 2 || ids["PS2"] != 8 {
		t.Errorf("%v", ids)
	}
}

func TestANoticeMayNeverComeAndStillBeOnTheBooks(t *testing.T) {
	w := start(t)
	w.pay(t, "PS1", fieldsOf{"fault": "never"})
	w.noticed(t, "PS1", "suppressed")
	w.state(t, "PS1", "DONE")
}

func TestALateNoticeComesAfterItsDelay(t *testing.T) {
	w := start(t)
	begin := time.Now()
	w.pay(t, "PS1", fieldsOf{"fault": "late", "delay_ms": 150})
	if w.notice(t, w.next(t, "/order")); time.Since(begin) < 150*time.Millisecond {
		t.Errorf("after %v", time.Since(begin))
	}
}

func TestProbesGoBeforeTheRightNoticeAndDoNotVerify(t *testing.T) {
	w := start(t)
	w.inbox.answer(func(d delivery) int {
		if w.check(d.header, d.body) != nil {
			return http.StatusUnauthorized
		}
		return http.StatusOK
	})
	for i, kind := range []string{"probe_undecodable", "probe_wrong"} {
		no := fmt.Sprint("PS", i)
		w.pay(t, no, fieldsOf{"fault": kind})
		probe := w.next(t, "/order")
		if signature := probe.header.Get("Wechatpay-Signature"); w.check(probe.header, probe.body) == nil || signature[:19] != "WECHATPAY/SIGNTEST/" || len(signature) != []int{363, 344}[i] {
			t.Errorf("%s: %s", kind, signature)
		}
		w.notice(t, w.next(t, "/order"))
		w.noticed(t, no, "delivered")
	}
}

func TestASpoiledNoticeIsSentAgainUnspoiled(t *testing.T) {
	w := start(t, func(w *world) { w.clock = clock.Scaled(30) })
	for i, kind := range []string{"wrong_key", "tampered"} {
		w.pay(t, fmt.Sprint("PS", i), fieldsOf{"fault": kind, "times": 1})
		if spoiled := w.next(t, "/order"); w.check(spoiled.header, spoiled.body) == nil {
			t.Errorf("%s verifies", kind)
		}
		if event, _ := w.notice(t, w.next(t, "/order")); event != "PAYSCORE.USER_PAID" {
			t.Error(event)
		}
	}
}

func TestARefusedNoticeIsTriedFifteenTimesMoreOnItsScheduleFreshlySigned(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	w.inbox.answer(func(d delivery) int {
		if d.path == "/order" {
			gears.shift(100_000) // a day in a second, once the order is paid
		}
		return http.StatusInternalServerError
	})
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	var before int64
	signatures := map[string]bool{}
	for i, wait := range []int64{0, 15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600} {
		d := w.next(t, "/order")
		at, err := strconv.ParseInt(d.header.Get("Wechatpay-Timestamp"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 && at-before < wait-1 {
			t.Errorf("try %d after %d s, want %d", i, at-before, wait)
		}
		before, signatures[d.header.Get("Wechatpay-Signature")] = at, true
	}
	notice := w.noticed(t, "PS1", "given_up")
	if len(signatures) != 16 || len(notice["attempts"].([]any)) != 16 {
		t.Errorf("%d signatures, %v", len(signatures), notice)
	}
}

func TestAnAcceptedNoticeIsNotSentAgainWhetherBy200Or204(t *testing.T) {
	w := start(t)
	w.inbox.answer(func(delivery) int { return http.StatusNoContent })
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.next(t, "/order")
	if notice := w.noticed(t, "PS1", "delivered"); len(notice["attempts"].([]any)) != 1 {
		t.Errorf("%v", notice)
	}
}

func TestWithoutAnAPIv3KeyThereAreNoCallbacks(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.Merchants[0].APIv3Key = "" }))
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.noticed(t, "PS1", "no_apiv3_key")
}

func TestARestartKeepsTheBookTheQueuedNoticesAndTheDueDeductions(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = 300 * time.Millisecond }))
	w.inbox.answer(func(d delivery) int {
		if d.path == "/order" {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	authinfo := w.authinfo(t, nil)["authinfo"]
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.state(t, "PS1", "DONE")
	w.next(t, "/order")
	w.open(t, "PS2", "bob")
	w.finish(t, "PS2", 450)
	w.restart()
	w.state(t, "PS2", "DONE")
	w.inbox.answer(func(delivery) int { return http.StatusOK })
	if _, entity := w.notice(t, w.next(t, "/order")); entity["out_order_no"] != "PS2" {
		t.Errorf("%v", entity)
	}
	notices := w.control(t, http.MethodGet, "/control/wechat/notices?out_order_no=PS1", nil, 200)["notices"].([]any)
	if n := notices[0].(fieldsOf); len(notices) != 1 || n["failed_tries"] != 1.0 || n["due"] == nil {
		t.Errorf("%v", notices)
	}
	if got := w.faceWith(t, fieldsOf{"authinfo": authinfo}); got["return_code"] != "SUCCESS" {
		t.Errorf("an authinfo did not outlive the restart: %v", got)
	}
	book := w.control(t, http.MethodGet, "/control/wechat/book", nil, 200)
	if totals := book["totals"].(fieldsOf); totals["paid_fen"] != 800.0 || totals["paid"] != 2.0 || len(book["orders"].([]any)) != 2 {
		t.Errorf("%v", book)
	}
}

// A crash between the write that pays an order and the one that queues its notice.
func TestAPaymentThatACrashKeptUnannouncedIsAnnouncedAtTheNextStart(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) { c.DeductAfter = time.Hour }))
	w.open(t, "PS1", "alice")
	w.finish(t, "PS1", 350)
	w.restartAfter(func(truth *book.Book) {
		_, err := truth.Change(t.Context(), mchID, "PS1", func(o *book.Order) (bool, error) {
			return true, o.Collect(book.Payment{TransactionID: "4200000000000000000000000001", At: w.clock.Now()}, time.Time{})
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if _, entity := w.notice(t, w.next(t, "/order")); entity["out_order_no"] != "PS1" || entity["state"] != "DONE" {
		t.Errorf("%v", entity)
	}
}
