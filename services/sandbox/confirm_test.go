package sandbox_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
	"github.com/facepay-go/facepay/services/sandbox/book"
)

const confirmService = "500002"

// waiting makes a need-confirm order.
func (w *world) waiting(t testing.TB, no string) fieldsOf {
	t.Helper()
	body := w.createBody(no, "")
	body["time_range"], body["service_id"] = fieldsOf{"start_time": "OnAccept"}, confirmService
	delete(body, "need_user_confirm") // absent is true
	r := w.call(t, http.MethodPost, ordersPath, body)
	if r.status != 200 || r.json(t)["state"] != "CREATED" {
		t.Fatalf("%d %s", r.status, r.body)
	}
	return r.json(t)
}

// ofConfirm is a body about the need-confirm service.
func ofConfirm(body fieldsOf) fieldsOf {
	body["service_id"] = confirmService
	return body
}

func confirmURI(no string) string { return "/control/wechat/orders/" + no + "/confirm" }

func TestANeedConfirmOrderWaitsForItsUserAndIsThenLikeAnyOther(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	created := w.waiting(t, "PS1")
	if r := w.act(t, "PS1", "complete", ofConfirm(completeBody(w.today(), 100))); r.code(t) != "INVALID_ORDER_STATE-271302332" {
		t.Errorf("%s", r.body)
	}
	confirmed := w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice", "package": created["package"]}, 200)
	event, entity := w.notice(t, w.next(t, "/order"))
	if event != "PAYSCORE.USER_CONFIRM" || entity["state"] != "DOING" || entity["state_description"] != "USER_CONFIRM" || entity["openid"] != confirmed["openid"] || entity["collection"] != nil {
		t.Errorf("%s %v", event, entity)
	}
	if start := entity["time_range"].(fieldsOf)["start_time"].(string); len(start) != 14 {
		t.Errorf("OnAccept became %q", start)
	}
	byQueryID := ordersPath + "?service_id=" + confirmService + "&appid=" + appID + "&query_id=" + url.QueryEscape(confirmed["query_id"].(string))
	if r := w.call(t, http.MethodGet, byQueryID, nil); r.status != 200 || r.json(t)["out_order_no"] != "PS1" || r.json(t)["openid"] != confirmed["openid"] {
		t.Errorf("%s", r.body)
	}
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "bob"}, 409)
	gears.jump(2 * time.Second) // the end must lie behind the start
	complete := ofConfirm(completeBody(w.clock.Now().In(time.FixedZone("", 8*3600)).Format("20060102150405"), 100))
	if r := w.act(t, "PS1", "complete", complete); r.status != 200 {
		t.Fatalf("%s", r.body)
	}
	gears.jump(time.Second) // to the deduction
	if event, entity := w.notice(t, w.next(t, "/order")); event != "PAYSCORE.USER_PAID" || entity["state"] != "DONE" {
		t.Errorf("%s %v", event, entity)
	}
}

// A crash between the write that confirms an order and the one that queues its notice.
func TestAConfirmationThatACrashKeptUnannouncedIsAnnouncedAtTheNextStart(t *testing.T) {
	w := start(t)
	w.waiting(t, "PS1")
	w.restartAfter(func(truth *book.Book) {
		_, err := truth.Confirm(t.Context(), mchID, "PS1", book.Confirmation{OpenID: book.OpenID(appID, "alice"), At: w.clock.Now()}, book.Limits{})
		if err != nil {
			t.Fatal(err)
		}
	})
	if event, entity := w.notice(t, w.next(t, "/order")); event != "PAYSCORE.USER_CONFIRM" || entity["out_order_no"] != "PS1" {
		t.Errorf("%s %v", event, entity)
	}
	w.restart()
	if notices := w.control(t, http.MethodGet, "/control/wechat/notices?out_order_no=PS1", nil, 200)["notices"].([]any); len(notices) != 1 {
		t.Errorf("%v", notices)
	}
}

func TestAConfirmationMayStayUntold(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "notify", "fault": "never", "event_type": "PAYSCORE.USER_CONFIRM"})
	w.waiting(t, "PS1")
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice"}, 200)
	w.noticed(t, "PS1", "suppressed")
}

func TestAWaitingOrderMayBeCancelled(t *testing.T) {
	w := start(t)
	w.waiting(t, "PS1")
	if r := w.act(t, "PS1", "cancel", ofConfirm(cancelBody("x"))); r.status != 200 {
		t.Errorf("%s", r.body)
	}
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice"}, 409)
}

func TestAnOrderNobodyConfirmsExpiresAfterThirtyDays(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	w.waiting(t, "PS1")
	gears.jump(30*24*time.Hour - time.Minute)
	w.waiting(t, "PS2")
	uri := ordersPath + "?service_id=" + confirmService + "&appid=" + appID + "&out_order_no=PS1"
	if r := w.call(t, http.MethodGet, uri, nil); r.json(t)["state"] != "CREATED" {
		t.Errorf("too early: %s", r.body)
	}
	gears.jump(time.Minute)
	w.waiting(t, "PS3") // makes the sandbox look again
	for deadline := time.Now().Add(10 * time.Second); ; {
		if w.call(t, http.MethodGet, uri, nil).json(t)["state"] == "EXPIRED" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it never expired")
		}
	}
	for operation, body := range map[string]fieldsOf{"complete": completeBody(w.today(), 100), "cancel": cancelBody("x")} {
		if r := w.act(t, "PS1", operation, ofConfirm(body)); r.code(t) != "INVALID_ORDER_STATE-271302262" {
			t.Errorf("%s: %s", operation, r.body)
		}
	}
	if r := w.act(t, "PS1", "modify", ofConfirm(modifyBody(1))); r.code(t) != "INVALID_ORDER_STATE-271316657" {
		t.Errorf("%s", r.body)
	}
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice"}, 409)
	w.control(t, http.MethodPost, confirmURI("PS2"), fieldsOf{"user": "alice"}, 200)
}

func TestAnOrderCanExpireBeforeItsThirtyDays(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	w.rule(t, fieldsOf{"operation": "create", "fault": "expires_soon", "delay_ms": 3000, "out_order_no": "PS1"})
	w.waiting(t, "PS1")
	w.waiting(t, "PS2")
	gears.jump(4 * time.Second)
	w.waiting(t, "PS3") // makes the sandbox look again
	booked := func(no string) any {
		return w.control(t, http.MethodGet, "/control/wechat/book/"+no, nil, 200)["state"]
	}
	for deadline := time.Now().Add(10 * time.Second); booked("PS1") != "EXPIRED"; {
		if time.Now().After(deadline) {
			t.Fatal("it never expired")
		}
	}
	if got := booked("PS2"); got != "CREATED" {
		t.Errorf("the other one is %s", got)
	}
}

func TestAPackageOpensTheConfirmPageOfItsOrderForAnHour(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears })
	one, two := w.waiting(t, "PS1"), w.waiting(t, "PS2")
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice", "package": two["package"]}, 400)
	gears.jump(time.Hour)
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice", "package": one["package"]}, 409)
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": ""}, 400)
	w.control(t, http.MethodPost, confirmURI("PS9"), fieldsOf{"user": "alice"}, 404)
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice"}, 200)
}

func TestAUserWithTooManyOrdersDoesNotGetToConfirmAnother(t *testing.T) {
	w := start(t)
	for _, no := range []string{"PS1", "PS2", "PS3", "PS4"} {
		w.waiting(t, no)
	}
	for no, want := range map[string]int{"PS1": 200, "PS2": 200, "PS3": 200} {
		w.control(t, http.MethodPost, confirmURI(no), fieldsOf{"user": "alice"}, want)
	}
	w.control(t, http.MethodPost, confirmURI("PS4"), fieldsOf{"user": "alice"}, 409)
	w.control(t, http.MethodPost, confirmURI("PS4"), fieldsOf{"user": "bob"}, 200)
}

func TestNobodyConfirmsAFailedCreateOfANoConfirmService(t *testing.T) {
	w := start(t)
	w.rule(t, fieldsOf{"operation": "create", "fault": "created_state"})
	w.open(t, "PS1", "alice")
	w.control(t, http.MethodPost, confirmURI("PS1"), fieldsOf{"user": "alice"}, 409)
}

func TestAServiceTakesTheRiskFundsItIsConfiguredFor(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) {
		c.Merchants[0].Services = append(c.Merchants[0].Services, sandbox.Service{ID: "500005", Confirm: true, Cap: 20000, RiskNames: []string{"DEPOSIT"}})
	}))
	for _, c := range []struct {
		service, name string
		want          int
	}{{confirmService, "DEPOSIT", 200}, {confirmService, "ESTIMATE_ORDER_COST", 200}, {"500005", "DEPOSIT", 200}, {"500005", "ADVANCE", 400}, {"500005", "ESTIMATE_ORDER_COST", 400}} {
		body := w.createBody("PS"+c.service+c.name, "")
		body["service_id"], body["need_user_confirm"], body["time_range"] = c.service, true, fieldsOf{"start_time": "OnAccept"}
		body["risk_fund"] = fieldsOf{"name": c.name, "amount": 100}
		body["out_order_no"] = "PS" + c.service + c.name[:3]
		if r := w.call(t, http.MethodPost, ordersPath, body); r.status != c.want {
			t.Errorf("%v: %s", c, r.body)
		}
	}
}

// Deposit-free (先免) orders cost at most their own risk fund, use-first (先享) ones the cap of the service.
func TestADepositFreeOrderCostsAtMostItsOwnRiskFund(t *testing.T) {
	w := start(t)
	for name, want := range map[string]int{"DEPOSIT": 400, "ESTIMATE_ORDER_COST": 200} {
		no := "PS" + name[:3]
		body := ofConfirm(w.createBody(no, ""))
		body["need_user_confirm"], body["time_range"], body["risk_fund"] = true, fieldsOf{"start_time": w.today()}, fieldsOf{"name": name, "amount": 100}
		w.call(t, http.MethodPost, ordersPath, body)
		w.control(t, http.MethodPost, confirmURI(no), fieldsOf{"user": name}, 200)
		if r := w.act(t, no, "complete", ofConfirm(completeBody(w.today(), 101))); r.status != want {
			t.Errorf("%s: %s", name, r.body)
		}
	}
}
