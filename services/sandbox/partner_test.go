package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

const (
	subMchID           = "1900000208"
	subAppID           = "wx7777777777777777"
	partnerOrders      = "/v3/payscore/partner/serviceorder"
	partnerPermissions = "/v3/payscore/partner/permissions"
)

// asPartner makes the merchant a partner of two sub-merchants, of which the second has not authorised him.
func asPartner(c *sandbox.Config) {
	c.Merchants[0].SubMerchants = []sandbox.SubMerchant{{MchID: subMchID, AppIDs: []string{subAppID}}, {MchID: "1900000209", Unauthorized: true}}
}

// partnerFace lets a user stand before a kiosk of the sub-merchant.
func (w *world) partnerFace(t testing.TB, user, outTradeNo string) fieldsOf {
	t.Helper()
	values := authinfoRequest(w.clock.Now().Unix())
	values["sub_mch_id"], values["sub_appid"] = subMchID, subAppID
	values["sign"] = w.signV2(values)
	got := w.postXML(t, flatten(values))
	if got["return_code"] != "SUCCESS" || got["sub_mch_id"] != subMchID || got["sign"] != w.signV2(got) {
		t.Fatalf("%v", got)
	}
	return w.faceWith(t, fieldsOf{"authinfo": got["authinfo"], "user": user, "out_trade_no": outTradeNo})
}

// partnerCreate is a right create for the user behind sub_openid.
func (w *world) partnerCreate(no string, face fieldsOf) fieldsOf {
	body := w.createBody(no, "")
	delete(body, "openid")
	body["sub_mchid"], body["sub_appid"], body["sub_openid"] = subMchID, subAppID, face["sub_openid"]
	body["time_range"] = fieldsOf{"start_time": w.today()}
	return body
}

// ofSub is a body about a sub-merchant's order: it names no appid.
func ofSub(body fieldsOf) fieldsOf {
	delete(body, "appid")
	body["sub_mchid"] = subMchID
	return body
}

func (w *world) partnerAct(t testing.TB, no, operation string, body fieldsOf) result {
	t.Helper()
	return w.call(t, http.MethodPost, partnerOrders+"/"+no+"/"+operation, ofSub(body))
}

// partnerOpen opens an order of the sub-merchant's.
func (w *world) partnerOpen(t testing.TB, no, user string) {
	t.Helper()
	if r := w.call(t, http.MethodPost, partnerOrders, w.partnerCreate(no, w.partnerFace(t, user, no))); r.status != 200 || r.bad != nil {
		t.Fatalf("%d %s %v", r.status, r.body, r.bad)
	}
}

func partnerURI(no string) string {
	return fmt.Sprintf("%s?service_id=%s&sub_mchid=%s&out_order_no=%s", partnerOrders, serviceID, subMchID, no)
}

func TestAPartnersOrderIsItsSubMerchantsFromTheFaceToTheNotice(t *testing.T) {
	w := start(t, configured(asPartner))
	face := w.partnerFace(t, "alice", "PS1")
	if _, entity := w.notice(t, w.next(t, "/service")); entity["mchid"] != mchID || entity["sub_mchid"] != subMchID || entity["sub_appid"] != subAppID ||
		entity["sub_openid"] != face["sub_openid"] || entity["openid"] != face["openid"] || face["openid"] == face["sub_openid"] {
		t.Errorf("%v %v", entity, face)
	}
	created := w.call(t, http.MethodPost, partnerOrders, w.partnerCreate("PS1", face))
	if got := created.json(t); created.status != 200 || got["state"] != "DOING" || got["sub_mchid"] != subMchID || got["mchid"] != mchID {
		t.Fatalf("%s", created.body)
	}
	r := w.partnerAct(t, "PS1", "complete", completeBody(w.today(), 350))
	if r.status != 204 || len(r.body) != 0 || r.bad != nil {
		t.Fatalf("%d %q %v", r.status, r.body, r.bad)
	}
	_, entity := w.notice(t, w.next(t, "/order"))
	if entity["state"] != "DONE" || entity["mchid"] != mchID || entity["sub_mchid"] != subMchID || entity["sub_appid"] != subAppID || entity["sub_openid"] != face["sub_openid"] {
		t.Errorf("%v", entity)
	}
	if found := w.call(t, http.MethodGet, partnerURI("PS1"), nil).json(t); found["state"] != "DONE" || found["sub_openid"] != face["sub_openid"] {
		t.Errorf("%v", found)
	}
	if row := w.control(t, http.MethodGet, "/control/wechat/book/PS1", nil, 200); row["sub_mchid"] != subMchID {
		t.Errorf("%v", row)
	}
}

func TestAPartnersChangesAreAnsweredEmptyAndHaveToBeQueried(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, func(w *world) { w.clock = gears }, configured(asPartner), configured(func(c *sandbox.Config) { c.DeductAfter = 1000 * time.Hour }))
	queried := func(no string) fieldsOf { return w.call(t, http.MethodGet, partnerURI(no), nil).json(t) }
	for _, no := range []string{"CANCEL", "MODIFY", "PAY"} {
		w.partnerOpen(t, no, "user of "+no)
		complete := completeBody(w.today(), 350)
		complete["complete_time"] = w.clock.Now().Format(time.RFC3339)
		if r := w.partnerAct(t, no, "complete", complete); r.status != 204 || r.bad != nil {
			t.Fatalf("%d %s", r.status, r.body)
		}
	}
	gears.jump(2 * time.Second)
	sync := w.syncBody(w.clock.Now())
	sync["detail"].(fieldsOf)["seq"], sync["detail"].(fieldsOf)["paid_amount"] = 1, 201
	if r := w.partnerAct(t, "MODIFY", "modify", modifyBody(200)); r.status != 204 || r.bad != nil || queried("MODIFY")["total_amount"] != 200.0 {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.partnerAct(t, "MODIFY", "sync", sync); r.status != 400 {
		t.Errorf("%d %s", r.status, r.body)
	}
	sync["detail"].(fieldsOf)["paid_amount"] = 200
	if r := w.partnerAct(t, "MODIFY", "sync", sync); r.status != 204 || r.bad != nil || queried("MODIFY")["state"] != "DONE" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.partnerAct(t, "CANCEL", "cancel", cancelBody("x")); r.status != 204 || r.bad != nil || queried("CANCEL")["state"] != "REVOKED" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.partnerAct(t, "PAY", "pay", fieldsOf{"service_id": serviceID}); r.status != 204 || r.bad != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	if _, entity := w.notice(t, w.next(t, "/order")); entity["out_order_no"] != "PAY" {
		t.Errorf("%v", entity)
	}
}

func TestAPartnerNeedsTheSubMerchantsAuthorityAndItsNames(t *testing.T) {
	w := start(t, configured(asPartner))
	face := w.partnerFace(t, "alice", "PS1")
	direct := w.face(t, "bob", "PS2") // he authorised the partner's own service, not the sub-merchant's
	for name, c := range map[string]struct {
		change fieldsOf
		want   string
	}{
		"no sub_mchid":                 {fieldsOf{"sub_mchid": nil}, "PARAM_ERROR-268435464"},
		"a sub-merchant of nobody":     {fieldsOf{"sub_mchid": "1900000999"}, "NO_AUTH-268503786"},
		"one that has not authorised":  {fieldsOf{"sub_mchid": "1900000209", "sub_appid": nil, "sub_openid": nil, "openid": face["openid"]}, "NO_AUTH-268503786"},
		"a sub_appid that is not its":  {fieldsOf{"sub_appid": appID}, "NO_AUTH-271302149"},
		"both openids":                 {fieldsOf{"openid": face["openid"]}, "PARAM_ERROR-268435464"},
		"neither":                      {fieldsOf{"sub_openid": nil}, "PARAM_ERROR-268435464"},
		"a sub_openid without appid":   {fieldsOf{"sub_appid": nil}, "PARAM_ERROR-268435464"},
		"a user of the partner's own":  {fieldsOf{"sub_openid": nil, "openid": direct["openid"]}, "NO_AUTH-268503786"},
		"a sub_openid that nobody has": {fieldsOf{"sub_openid": "oNobody"}, "NO_AUTH-268503786"},
	} {
		body := w.partnerCreate("PS1", face)
		for k, v := range c.change {
			body[k] = v
		}
		if r := w.call(t, http.MethodPost, partnerOrders, body); r.code(t) != c.want || r.bad != nil {
			t.Errorf("%s: %s", name, r.body)
		}
	}
	body := w.partnerCreate("PS1", face)
	delete(body, "sub_openid")
	body["openid"] = face["openid"]
	if r := w.call(t, http.MethodPost, partnerOrders, body); r.status != 200 {
		t.Errorf("by openid: %s", r.body)
	}
	wrong := authinfoRequest(w.clock.Now().Unix())
	wrong["sub_mch_id"] = "1900000209"
	wrong["sign"] = w.signV2(wrong)
	if got := w.postXML(t, flatten(wrong)); got["return_code"] != "PARAM_ERROR" {
		t.Errorf("%v", got)
	}
}

func TestTheUnionIDOfASubMerchantsFaceIsItsOwn(t *testing.T) {
	w := start(t, configured(asPartner))
	values := authinfoRequest(w.clock.Now().Unix())
	values["sub_mch_id"] = subMchID
	values["sign"] = w.signV2(values)
	face := w.faceWith(t, fieldsOf{"authinfo": w.postXML(t, flatten(values))["authinfo"], "ask_unionid": 1})
	for query, want := range map[string]int{"&sub_mchid=" + subMchID: 200, "": 400, "&sub_mchid=1900000209": 400} {
		r := w.call(t, http.MethodGet, fmt.Sprintf("/v3/facemch/users/%v?appid=%s&info_type=ASK_UNIONID%s", face["face_sid"], appID, query), nil)
		if r.status != want {
			t.Errorf("%q: %s", query, r.body)
		}
	}
}

func TestAnOrderOfASubMerchantIsNotThePartnersOwn(t *testing.T) {
	w := start(t, configured(asPartner))
	w.partnerOpen(t, "SUB", "alice")
	w.open(t, "OWN", "bob")
	for _, r := range []result{w.call(t, http.MethodGet, orderURI("SUB"), nil), w.act(t, "SUB", "cancel", cancelBody("x")),
		w.call(t, http.MethodGet, partnerURI("OWN"), nil), w.partnerAct(t, "OWN", "cancel", cancelBody("x"))} {
		if r.code(t) != "ORDER_NOT_EXIST-271317510" {
			t.Errorf("%s", r.body)
		}
	}
	if r := w.call(t, http.MethodGet, strings.Replace(partnerURI("SUB"), "sub_mchid="+subMchID, "x=y", 1), nil); r.code(t) != "PARAM_ERROR-268435464" || r.json(t)["detail"].(fieldsOf)["field"] != "sub_mchid" {
		t.Errorf("%s", r.body)
	}
}

func TestAPartnersPermissionsAreThoseOfTheSubMerchant(t *testing.T) {
	w := start(t, configured(asPartner))
	pre := w.preAuthorizeBody("AC1")
	pre["sub_mchid"], pre["sub_appid"] = subMchID, subAppID
	token := w.call(t, http.MethodPost, partnerPermissions, pre).json(t)["apply_permissions_token"]
	opened := w.page(t, fmt.Sprint(token), "alice", "ACCEPT", 200)
	_, entity := w.notice(t, w.next(t, "/permission"))
	if entity["sub_mchid"] != subMchID || entity["authorization_code"] != "AC1" || entity["sub_openid"] == nil {
		t.Errorf("%v", entity)
	}
	search := func(who string) result {
		return w.call(t, http.MethodGet, fmt.Sprintf("%s/search?service_id=%s&appid=%s&sub_mchid=%s&%s", partnerPermissions, serviceID, appID, subMchID, who), nil)
	}
	code := partnerPermissions + "/authorization-code/AC1"
	for _, r := range []result{search(fmt.Sprint("openid=", opened["openid"])), search(fmt.Sprint("sub_openid=", entity["sub_openid"])),
		w.call(t, http.MethodGet, code+"?service_id="+serviceID+"&sub_mchid="+subMchID, nil)} {
		if got := r.json(t); r.bad != nil || got["authorization_state"] != "AVAILABLE" || got["sub_mchid"] != subMchID || got["authorization_code"] != "AC1" || got["sub_openid"] != entity["sub_openid"] {
			t.Errorf("%s", r.body)
		}
	}
	if r := search("x=y"); r.code(t) != "PARAM_ERROR-268435464" {
		t.Errorf("%s", r.body)
	}
	w.permission(t, byOpenID(opened["openid"]), "UNAVAILABLE") // the partner's own service is another grantee
	terminate := fieldsOf{"service_id": serviceID, "appid": appID, "sub_mchid": subMchID, "sub_openid": entity["sub_openid"], "reason": "x"}
	if r := w.call(t, http.MethodPost, partnerPermissions+"/terminate", terminate); r.status != 204 || r.bad != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
	if event, closed := w.notice(t, w.next(t, "/permission")); event != "PAYSCORE.USER_CLOSE_SERVICE" || closed["sub_mchid"] != subMchID {
		t.Errorf("%s %v", event, closed)
	}
	byItsCode := fieldsOf{"service_id": serviceID, "sub_mchid": subMchID, "reason": "x"}
	if r := w.call(t, http.MethodPost, code+"/terminate", byItsCode); r.code(t) != "INVALID_REQUEST-0" {
		t.Errorf("%s", r.body)
	}
	w.page(t, fmt.Sprint(token), "alice", "ACCEPT", 200)
	if r := w.call(t, http.MethodPost, code+"/terminate", byItsCode); r.status != 204 || r.bad != nil {
		t.Errorf("%d %s", r.status, r.body)
	}
}

func TestANoticeMayNameAnotherSubMerchant(t *testing.T) {
	w := start(t, configured(asPartner))
	w.rule(t, fieldsOf{"operation": "notify", "fault": "foreign_sub_mchid", "event_type": "PAYSCORE.USER_PAID", "times": 1})
	w.partnerOpen(t, "PS1", "alice")
	w.partnerAct(t, "PS1", "complete", completeBody(w.today(), 350))
	if _, entity := w.notice(t, w.next(t, "/order")); entity["sub_mchid"] != "1900000209" || entity["out_order_no"] != "PS1" {
		t.Errorf("%v", entity)
	}
}
