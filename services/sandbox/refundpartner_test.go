package sandbox_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

func TestAPartnerRefundsInTheNameOfTheSubMerchant(t *testing.T) {
	w := start(t, configured(refundsAtOnce), configured(asPartner))
	w.partnerOpen(t, "PS1", "alice")
	if r := w.partnerAct(t, "PS1", "complete", completeBody(w.today(), 350)); r.status != 204 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	_, paid := w.notice(t, w.next(t, "/order"))
	transaction := paid["collection"].(fieldsOf)["details"].([]any)[0].(fieldsOf)["transaction_id"].(string)
	for of, want := range map[string]string{"": "PARAM_ERROR-268435464", "1900000209": "NO_AUTH-268503786", "1900000999": "NO_AUTH-268503786"} {
		body := w.refundBody("RF1", transaction, 100)
		body["sub_mchid"] = of
		if r := w.call(t, http.MethodPost, refundsPath, body); r.code(t) != want {
			t.Errorf("for %q: %d %s", of, r.status, r.body)
		}
	}
	body := w.refundBody("RF1", transaction, 100)
	body["sub_mchid"] = subMchID
	if r := w.call(t, http.MethodPost, refundsPath, body); r.status != 200 || r.bad != nil {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if event, entity := w.notice(t, w.next(t, "/refund")); event != "REFUND.SUCCESS" || entity["sp_mchid"] != mchID || entity["sub_mchid"] != subMchID || entity["mchid"] != nil {
		t.Errorf("%s %v", event, entity)
	}
	if r := w.call(t, http.MethodGet, refundsPath+"/RF1?sub_mchid="+subMchID, nil); r.status != 200 || r.json(t)["status"] != "SUCCESS" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := w.call(t, http.MethodGet, refundsPath+"/RF1", nil); r.code(t) != "RESOURCE_NOT_EXISTS-0" {
		t.Errorf("without sub_mchid: %d %s", r.status, r.body)
	}
}

func TestAPartnersBillShowsWhoseOrdersTheyWere(t *testing.T) {
	w := billed(t, nextDay, func(t testing.TB, b *book.Book) {
		goldenBook(t, b)
		o := doneOrder("SUB", deducted(number(2), 200, on(7, 0, 0)))
		o.SubMchID = subMchID
		put(t, b, o)
	}, configured(asPartner))
	all := rows(w.bill(t, tradeBillPath))
	if len(all) != 3 || !strings.Contains(all[0], "`1900000109,`0,`") || !strings.Contains(all[1], "`1900000109,`"+subMchID+",`") {
		t.Errorf("%v", all)
	}
	if of := rows(w.bill(t, tradeBillPath+"&sub_mchid="+subMchID)); len(of) != 1 || !strings.Contains(of[0], "|SUB,") {
		t.Errorf("%v", of)
	}
	if r := w.call(t, http.MethodGet, tradeBillPath+"&sub_mchid=1900000209", nil); r.code(t) != "NO_AUTH-268503786" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if flows := rows(w.bill(t, "/v3/bill/fundflowbill?bill_date=2023-11-15")); len(flows) != 3 || strings.Contains(strings.Join(flows, ""), number(2)) {
		t.Errorf("%v", flows)
	}
}
