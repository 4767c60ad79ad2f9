package callbackingest_test

import (
	"fmt"
	"strings"
	"testing"
)

const (
	openid    = "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
	subOpenid = "oSubOpenidThatNobodyMaySee00"
)

func TestNoOpenidBodyOrKeyReachesALog(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	authorization := fmt.Sprintf(`{"appid":"wx8888888888888888","mchid":"1900000109","service_id":"500001","openid":%q,"sub_openid":%q,
		"user_service_status":"USER_OPEN_SERVICE","openorclose_time":"20231115061320"}`, openid, subOpenid)
	unreadable := fmt.Sprintf(`{"mchid":1,"openid":%q}`, openid)
	for _, body := range [][]byte{
		from.notification("PAYSCORE.USER_PAID", paid(t, "S1")), from.notification("PAYSCORE.USER_PAID", paid(t, "S1")),
		from.notification("PAYSCORE.USER_OPEN_SERVICE", authorization), from.notification("PAYSCORE.USER_OPEN_SERVICE", unreadable),
		from.notification("PAYSCORE.USER_PAID", entity(t, map[string]any{"mchid": "1900000777"})),
		from.notification("SOMETHING.ELSE", authorization), from.notification("PAYSCORE.USER_PAID", "not json "+openid),
	} {
		w.tell(from, "wx-main", body)
		w.docs.set(away)
		w.tell(from, "wx-main", body)
		w.docs.set(fair)
	}
	for _, c := range refusals() {
		body := from.notification("PAYSCORE.USER_PAID", paid(t, "S2"))
		h := from.signed(w.clock.Now(), body)
		c.spoil(t, w.clock.Now(), h, &body)
		deliver(t, w.door("wx-main"), h, body)
	}
	w.settled(2)
	w.stop()
	logs := w.logs.String()
	if !strings.Contains(logs, `"outcome":"accepted"`) || !strings.Contains(logs, `"outcome":"rejected"`) {
		t.Fatal("nothing was logged, so nothing is proven")
	}
	for name, secret := range map[string]string{
		"openid": openid, "sub_openid": subOpenid, "APIv3 key": string(from.apiv3), "user secret": string(read(t, "user_key")), "body": "encrypt-resource", "entity": "service_introduction",
	} {
		if strings.Contains(logs, secret) {
			t.Errorf("the log holds the %s", name)
		}
	}
}

func TestTheLogHasOneLinePerDelivery(t *testing.T) {
	w := startedWorld(t)
	from := mainWeChat(t)
	for range 3 {
		w.tell(from, "wx-main", from.notification("PAYSCORE.USER_PAID", paid(t, "LINE")))
	}
	w.tell(from, "nowhere", from.notification("PAYSCORE.USER_PAID", paid(t, "LINE")))
	w.stop()
	if n := strings.Count(w.logs.String(), `"msg":"notification"`); n != 4 {
		t.Errorf("%d lines for 4 deliveries", n)
	}
	for _, key := range []string{"account", "kind", "event_type", "notification_id", "request_id", "outcome", "reason", "elapsed"} {
		if !strings.Contains(w.logs.String(), `"`+key+`":`) {
			t.Errorf("no line names %s", key)
		}
	}
}
