package sandbox_test

import (
	"net/http"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox"
)

const secondMchID = "1900000110"

// second adds another merchant, who has the same appid and service_ids, and keys like the first's.
func second(c *sandbox.Config) {
	m := c.Merchants[0]
	m.MchID = secondMchID
	m.Services = append([]sandbox.Service{}, m.Services...)
	m.Services[0].NotifyURL += "2"
	c.Merchants = append(c.Merchants, m)
}

// as signs as another merchant from now on.
func (w *world) as(mchID string) {
	copied := *w.client
	copied.mchID = mchID
	w.client = &copied
}

func TestMerchantsOfOneSandboxDoNotShareNumbersUsersFaultsOrNotices(t *testing.T) {
	w := start(t, configured(second))
	w.open(t, "PS1", "alice")
	w.next(t, "/service")
	openID := w.control(t, http.MethodGet, "/control/wechat/book/PS1?mchid="+mchID, nil, 200)["openid"].(string)
	w.rule(t, fieldsOf{"operation": "create", "fault": "risk_refused", "mchid": mchID})
	w.as(secondMchID)
	body := w.createBody("PS1", openID)
	body["time_range"] = fieldsOf{"start_time": w.today()}
	if r := w.call(t, http.MethodGet, orderURI("PS1"), nil); r.code(t) != "ORDER_NOT_EXIST-271317510" {
		t.Errorf("another's order: %s", r.body)
	}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.code(t) != "NO_AUTH-268503786" {
		t.Errorf("another's user: %s", r.body)
	}
	token := w.preAuthorize(t, "AC1")
	w.control(t, http.MethodPost, "/control/wechat/permissions/open?mchid="+secondMchID, fieldsOf{"apply_permissions_token": token, "user": "alice", "decision": "ACCEPT"}, 200)
	if _, entity := w.notice(t, w.next(t, "/permission")); entity["mchid"] != secondMchID {
		t.Errorf("%v", entity)
	}
	if r := w.call(t, http.MethodPost, ordersPath, body); r.status != 200 || r.json(t)["mchid"] != secondMchID {
		t.Errorf("the same number: %s", r.body)
	}
	w.finish(t, "PS1", 350)
	if _, entity := w.notice(t, w.next(t, "/order")); entity["mchid"] != secondMchID {
		t.Errorf("%v", entity)
	}
	for id, want := range map[string][2]int{mchID: {1, 0}, secondMchID: {2, 1}} {
		of := "?out_order_no=PS1&mchid=" + id
		requests := w.control(t, http.MethodGet, "/control/wechat/requests"+of, nil, 200)["executed"].(fieldsOf)
		notices := w.control(t, http.MethodGet, "/control/wechat/notices"+of, nil, 200)["notices"].([]any)
		if len(requests) != want[0] || len(notices) != want[1] {
			t.Errorf("%s: %v %v", id, requests, notices)
		}
	}
	w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 400)
	w.as(mchID)
	w.state(t, "PS1", "DOING/USER_CONFIRM")
	if r := w.call(t, http.MethodPost, ordersPath, body); r.code(t) != "INVALID_REQUEST-271300099" {
		t.Errorf("%s", r.body)
	}
}

func TestServicesOfOneMerchantHaveTheirOwnConsentsAndAddresses(t *testing.T) {
	w := start(t, configured(func(c *sandbox.Config) {
		services := c.Merchants[0].Services
		services[2].NotifyURL = services[0].NotifyURL + "/3"
	}))
	one := w.face(t, "alice", "PS1")["openid"]
	two := w.faceWith(t, fieldsOf{"payscore_service_id": "500003"})["openid"]
	if one != two {
		t.Errorf("%v %v", one, two)
	}
	if _, entity := w.notice(t, w.next(t, "/service")); entity["service_id"] != serviceID {
		t.Errorf("%v", entity)
	}
	if _, entity := w.notice(t, w.next(t, "/service/3")); entity["service_id"] != "500003" {
		t.Errorf("%v", entity)
	}
	w.control(t, http.MethodPost, "/control/wechat/authorizations/close", fieldsOf{"appid": appID, "service_id": "500003", "user": "alice"}, 200)
	w.permission(t, byOpenID(one), "AVAILABLE")
}
