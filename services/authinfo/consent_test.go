package authinfo_test

import (
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/fault"
	authinfov1 "github.com/facepay-go/facepay/proto/gen/facepay/authinfo/v1"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/authinfo/internal/apistub"
	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

func TestAUserWhoHasAuthorisedBeforeIsAuthorisedByTheFirstQuery(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.available[openID] = true
	w.start()
	w.publish(wish("N1"))
	w.publish(wish("N1")) // the gateway repeats itself
	got := w.authorised("N1")
	if got.GetKnownBy() != "query" || got.GetDeviceId() != "KIOSK-0001" || got.GetOccurredAt() == nil {
		t.Errorf("%v", got)
	}
	if uri := w.api.Got()[0].URI; uri != "/v3/payscore/permissions/openid/"+openID+"?appid=wx8888888888888888&service_id=500001" || len(w.api.Got()) != 1 {
		t.Errorf("asked %d times, first %s", len(w.api.Got()), uri)
	}
	w.told("N1", 0, 1, 0)
}

func TestAUserAuthorisesOnThePhoneAndTheNotificationDecides(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	w.start()
	w.publish(wish("N1"))
	awaited := w.awaited("N1")
	code := awaited.GetAuthorizationCode()
	var body map[string]string
	must(t, json.Unmarshal([]byte(sent(w, "/permissions")[0]), &body))
	if len(body) != 4 || body["authorization_code"] != code || body["service_id"] != "500001" || body["appid"] != "wx8888888888888888" ||
		body["notify_url"] != "https://pay.example.com/v1/notify/wechat/a" || len(code) > 32 || strings.Trim(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		t.Errorf("pre-authorised by %v", body)
	}
	if left := awaited.GetExpiresAt().AsTime().Sub(w.clock.Now()); left > time.Hour || left < time.Hour-time.Minute {
		t.Errorf("the token ends in %v", left)
	}
	jump := w.jump("N1")
	if jump.GetAuthorizationCode() != code || jump.GetJump().GetBusinessType() != "wxpayScoreEnable" ||
		jump.GetJump().GetExtraData() != `{"apply_permissions_token":"`+token+`0001"}` ||
		jump.GetJump().GetQueryString() != "apply_permissions_token=apply%2Fpermissions%2Btoken%3Dsecret0001" {
		t.Errorf("%v", jump.GetJump())
	}
	p.authorises(openID, code)
	w.notify(opening(openID, code))
	w.notify(opening(openID, code))
	if got := w.authorised("N1"); got.GetKnownBy() != "notification" {
		t.Errorf("known by %s", got.GetKnownBy())
	}
	w.told("N1", 1, 1, 0)
	opened := events[*authinfov1.AuthorizationOpened](w, userKeyOf(openID))
	if len(opened) != 1 || opened[0].GetAuthorizationCode() != code || opened[0].GetServiceId() != "500001" {
		t.Errorf("AuthorizationOpened: %v", opened)
	}
	if _, err := w.tryJump("N1"); fault.CodeOf(err) != "already_authorised" {
		t.Errorf("a jump after the end: %v", err)
	}
}

func TestWithoutANotificationAQueryOfTheCodeFindsTheUser(t *testing.T) {
	w := newWorld(t)
	w.cfg.Consent.Poll = []time.Duration{20 * time.Millisecond}
	p := newProvider(w)
	w.start()
	w.publish(wish("N1"))
	w.publish(wanting(wish("N2"), func(m *kioskv1.ServiceRequested) { m.Openid = "oBob" }))
	one, two := w.awaited("N1").GetAuthorizationCode(), w.awaited("N2").GetAuthorizationCode()
	if one == two {
		t.Fatal("two users got one code")
	}
	p.authorises(openID, one)
	if got := w.authorised("N1"); got.GetKnownBy() != "query" {
		t.Errorf("known by %s", got.GetKnownBy())
	}
	p.do(func() { p.hides = true })
	p.authorises("oBob", two) // the answer does not say whose it is: Bob is asked about
	w.authorised("N2")
}

func TestAnotherUserUnderOurCodeIsNotThisUser(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	w.start()
	w.publish(wish("N1"))
	code := w.awaited("N1").GetAuthorizationCode()
	p.authorises("oBob", code)
	w.notify(opening("oBob", code))
	if got := w.notAuthorised("N1"); got.GetReason() != "other_user" {
		t.Errorf("for %s", got.GetReason())
	}
	w.publish(wish("N2"))
	code = w.awaited("N2").GetAuthorizationCode()
	p.authorises("oBob", code)
	w.clock.Advance(11 * time.Second)
	if got := w.notAuthorised("N2"); got.GetReason() != "other_user" {
		t.Errorf("by a query: for %s", got.GetReason())
	}
	w.told("N1", 1, 0, 1)
}

func TestAnOpeningByAnotherWayIsAskedAboutAtOnce(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	w.start()
	w.publish(wish("N1"))
	w.awaited("N1")
	w.notify(opening("oBob", "")) // not ours
	w.notify(opening(openID, "")) // an old one: the user has no authorisation now
	w.settled()
	w.told("N1", 1, 0, 0)
	p.do(func() { p.available[openID] = true })
	again := opening(openID, "")
	again.OutRequestNo = "FR2"
	w.notify(again)
	if got := w.authorised("N1"); got.GetKnownBy() != "query" {
		t.Errorf("known by %s", got.GetKnownBy())
	}
}

func TestWhoNeverComesExpiresWithTheToken(t *testing.T) {
	w := newWorld(t)
	newProvider(w)
	w.start()
	w.publish(wish("N1"))
	w.awaited("N1")
	for range 4 { // each look finds nothing and plans the next
		asked := len(w.api.Got())
		w.clock.Advance(16 * time.Minute)
		eventually(t, "WeChat was asked again", func() bool { return len(w.api.Got()) > asked })
		w.planned("N1")
	}
	if got := w.notAuthorised("N1"); got.GetReason() != "token_expired" {
		t.Errorf("for %s", got.GetReason())
	}
	w.told("N1", 1, 0, 1)
	if _, err := w.tryJump("N1"); fault.CodeOf(err) != "consent_over" {
		t.Errorf("a jump after the end: %v", err)
	}
}

func TestAPreAuthorisationWithoutAnAnswerIsSentAgainWithIdenticalBytes(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.first = []special{
		{On: "GET", Reply: apistub.Reply{Drop: true}}, {On: "GET", Reply: apistub.Refuse(500, "SYSTEM_ERROR")}, {On: "GET", Reply: apistub.Refuse(429, "FREQUENCY_LIMITED")},
		{On: "POST", Reply: apistub.Reply{Drop: true}, Late: true}, {On: "POST", Reply: apistub.Refuse(500, "SYSTEM_ERROR")},
	}
	w.cfg.Consent.Retry = []time.Duration{10 * time.Millisecond}
	w.start()
	w.publish(wish("N1"))
	w.awaited("N1")
	if bodies := sent(w, "/permissions"); len(bodies) != 3 || bodies[0] != bodies[1] || bodies[1] != bodies[2] {
		t.Errorf("sent %q", bodies)
	}
	if got := w.jump("N1").GetJump().GetExtraData(); !strings.Contains(got, token+"0002") {
		t.Errorf("not the token of the answer that came: %s", got)
	}
}

func TestAReplicaThatDiesWhileItSendsIsContinuedWithIdenticalBytes(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	hang := make(chan struct{})
	p.first = []special{{On: "POST", Reply: apistub.Reply{Wait: hang, Drop: true}}}
	w.cfg.CallTimeout, w.cfg.Claim, w.cfg.Requests.Deadline = 20*time.Second, 43*time.Second, time.Minute
	w.start()
	w.publish(wish("N1"))
	eventually(t, "the first replica is sending", func() bool { return len(sent(w, "/permissions")) == 1 })
	w.start() // another one, and the first one's claim runs out
	w.clock.Advance(44 * time.Second)
	w.awaited("N1")
	close(hang)
	w.settled()
	if bodies := sent(w, "/permissions"); len(bodies) != 2 || bodies[0] != bodies[1] {
		t.Errorf("sent %q", bodies)
	}
	w.told("N1", 1, 0, 0)
}

func TestACodeThatMayBeKnownAndIsRefusedIsGivenUp(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.first = []special{
		{On: "POST", Reply: apistub.Reply{Drop: true}, Late: true},
		{On: "POST", Reply: apistub.Reply{Status: http.StatusBadRequest, Body: `{"code":"INVALID_REQUEST"}`, Internal: "271316598"}},
	}
	w.cfg.Consent.Retry = []time.Duration{10 * time.Millisecond}
	w.start()
	w.publish(wish("N1"))
	code := w.awaited("N1").GetAuthorizationCode()
	bodies := sent(w, "/permissions")
	if len(bodies) != 3 || bodies[0] != bodies[1] || strings.Contains(bodies[0], code) || !strings.Contains(bodies[2], code) {
		t.Errorf("sent %q, awaited %s", bodies, code)
	}
}

func TestWeChatsRefusalsEndTheConsentByTheirReason(t *testing.T) {
	for name, c := range map[string]struct {
		special special
		reason  string
		alarm   bool
	}{
		"no right to query":         {special{On: "GET", Reply: apistub.Refuse(403, "NO_AUTH")}, "configuration", true},
		"no right to pre-authorise": {special{On: "POST", Reply: apistub.Refuse(403, "NO_AUTH")}, "configuration", true},
		"a rule":                    {special{On: "POST", Reply: apistub.Refuse(400, "PARAM_ERROR")}, "rule", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			newProvider(w).first = []special{c.special}
			w.start()
			w.publish(wish("N1"))
			if got := w.notAuthorised("N1"); got.GetReason() != c.reason {
				t.Errorf("for %s", got.GetReason())
			}
			if alarm := strings.Contains(w.logs.String(), `"level":"ERROR"`); alarm != c.alarm {
				t.Errorf("alarm is %v", alarm)
			}
			if story := w.story("acme", "N1").String(); !strings.Contains(story, "REFUSED") || !strings.Contains(story, "08A1B2C3-") {
				t.Errorf("the story is %s", story)
			}
		})
	}
}

func TestWhatIsOrderLifecyclesAloneAsksNothing(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	p.available[openID] = true
	w.start()
	for number, change := range map[string]func(*kioskv1.ServiceRequested){
		"CONFIRM":    func(m *kioskv1.ServiceRequested) { m.ServiceId, m.Openid = "500003", "" },
		"NOSERVICE":  func(m *kioskv1.ServiceRequested) { m.ServiceId = "500009" },
		"NOUSER":     func(m *kioskv1.ServiceRequested) { m.Openid = "" },
		"SUBOPENID":  func(m *kioskv1.ServiceRequested) { m.Openid, m.SubOpenid = "", "oSub" }, // no partner
		"NOMERCHANT": func(m *kioskv1.ServiceRequested) { m.Merchant = "nobody" },
	} {
		w.publish(wanting(wish(number), change))
	}
	w.publish(wish("GOOD"))
	w.authorised("GOOD")
	if got := w.api.Got(); len(got) != 1 {
		t.Errorf("asked %v", got)
	}
}

func TestAPartnersUserIsKnownBySubOpenid(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	w.start()
	w.publish(wanting(wish("N1"), func(m *kioskv1.ServiceRequested) { m.Merchant, m.Openid, m.SubOpenid = "bolt", "", "oSub" }))
	code := w.awaited("N1").GetAuthorizationCode()
	if got := w.api.Got()[0].URI; !strings.HasPrefix(got, "/v3/payscore/partner/permissions/search?") || !strings.Contains(got, "sub_openid=oSub") || !strings.Contains(got, "sub_mchid=1900000999") {
		t.Errorf("asked %s", got)
	}
	if body := sent(w, "/partner/permissions")[0]; !strings.Contains(body, `"sub_mchid":"1900000999"`) {
		t.Errorf("sent %s", body)
	}
	p.do(func() { p.available["oSub"] = true })
	told := opening("oPartner", code) // the notification names the user under the partner's appid: it cannot be compared
	told.Merchant = "bolt"
	w.notify(told)
	if got := w.authorised("N1"); got.GetKnownBy() != "query" {
		t.Errorf("known by %s", got.GetKnownBy())
	}
}

// Nobody can ask WeChat for a merchant that was removed, or about a user whose sealing key is gone: the consent's time runs
// out all the same, and the kiosk is told.
func TestAConsentWhoseSealKeyOrMerchantIsGoneEndsByItsOwnTime(t *testing.T) {
	gone := map[string]func(w *world){
		"seal key": func(w *world) {
			w.keys = []string{"2026-12 " + hex.EncodeToString([]byte("new new new new new new new new!"))}
		},
		"merchant": func(w *world) { w.book = writeBook(t, w.a.URL, w.b.URL, w.api, "acme") },
	}
	begun := map[string]struct {
		before func(w *world)
		life   time.Duration
	}{
		"before its token": {func(w *world) {
			newProvider(w).first = []special{{On: "GET", Reply: apistub.Refuse(429, "FREQUENCY_LIMITED")}}
			w.cfg.Consent.Retry = []time.Duration{time.Minute} // what comes next is for the service without the key
			w.start()
			w.publish(wish("N1"))
			w.planned("N1")
		}, consent.DefaultTimers().Try},
		"with its token": {func(w *world) {
			newProvider(w)
			w.start()
			w.publish(wish("N1"))
			w.awaited("N1")
		}, time.Hour},
	}
	for what, lose := range gone {
		for when, c := range begun {
			t.Run(what+" "+when, func(t *testing.T) {
				w := newWorld(t)
				c.before(w)
				w.stop()
				lose(w)
				asked := len(w.api.Got())
				w.start()
				eventually(t, "it ends", func() bool {
					w.clock.Advance(30 * time.Second)
					return len(events[*authinfov1.ServiceNotAuthorised](w, "N1")) > 0
				})
				if got := w.notAuthorised("N1"); got.GetReason() != "token_expired" || w.clock.ahead.Load() < int64(c.life)-int64(time.Minute) {
					t.Errorf("for %s after %v", got.GetReason(), time.Duration(w.clock.ahead.Load()))
				}
				// A minute or two apart while the user is away, and at most half a minute before: not one try per claim.
				if tries := strings.Count(w.logs.String(), `"msg":"call not made"`); tries == 0 || tries > 60 {
					t.Errorf("%d tries", tries)
				}
				if n := len(w.api.Got()) - asked; what == "merchant" && n > 0 {
					t.Errorf("%d calls for a merchant that was removed", n)
				}
			})
		}
	}
}

// A token lives from the moment its request is sent, however long the answer takes.
func TestATokensLifeBeginsWhenItsRequestIsSent(t *testing.T) {
	w := newWorld(t)
	p := newProvider(w)
	const slow = 100 * time.Second
	w.api.Set(func(got apistub.Got) apistub.Reply {
		if got.Method == http.MethodPost {
			w.clock.Advance(slow)
		}
		return p.answer(got)
	})
	w.cfg.Claim = time.Hour // moving the clock does not take the call away from who makes it
	w.start()
	began := w.clock.Now()
	w.publish(wish("N1"))
	if life := w.awaited("N1").GetExpiresAt().AsTime().Sub(began); life < time.Hour || life > time.Hour+slow/2 {
		t.Errorf("an order's token ends %v after the wish", life)
	}
	began = w.clock.Now()
	reply, err := w.preAuthorise(asking("p1"))
	must(t, err)
	if life := reply.GetExpiresAt().AsTime().Sub(began); life < time.Hour || life > time.Hour+slow/2 {
		t.Errorf("another token ends %v after it was asked for", life)
	}
}
