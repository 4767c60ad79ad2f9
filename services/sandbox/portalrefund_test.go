package sandbox_test

import (
	"net/http"
	"testing"
	"time"
)

// toPortal tells the refunds of the portal at the merchant's server.
func toPortal(w *world) { w.config.Merchants[0].RefundNotifyURL = w.inbox.URL + "/portal" }

func TestARefundMadeInThePortalIsToldUnderANumberOfItsOwnAndLowersWhatIsRefundable(t *testing.T) {
	gears := &gearbox{begin: time.Now(), scale: 1}
	w := start(t, configured(refundsAtOnce), toPortal, func(w *world) { w.clock = gears })
	transaction := w.paid(t, "PS1")
	refund := w.control(t, http.MethodPost, "/control/wechat/orders/PS1/refund", fieldsOf{"amount_fen": 150, "reason": "客诉"}, 200)
	if refund["status"] != "PROCESSING" || refund["transaction_id"] != transaction || refund["out_order_no"] != "PS1" {
		t.Errorf("%v", refund)
	}
	event, entity := w.notice(t, w.next(t, "/portal"))
	if event != "REFUND.SUCCESS" || entity["transaction_id"] != transaction || entity["out_refund_no"] != refund["out_refund_no"] ||
		entity["amount"].(fieldsOf)["refund"] != 150.0 {
		t.Errorf("%s %v", event, entity)
	}
	if r := w.refundStatus(t, refund["out_refund_no"].(string), "SUCCESS"); r["refund_id"] != refund["refund_id"] {
		t.Errorf("%v", r)
	}
	gears.jump(time.Minute) // refunds of a payment are that far apart
	if r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF1", transaction, 201)); r.code(t) != "INVALID_REQUEST-0" {
		t.Errorf("more than is left: %d %s", r.status, r.body)
	}
	if r := w.call(t, http.MethodPost, refundsPath, w.refundBody("RF2", transaction, 200)); r.status != 200 {
		t.Errorf("what is left: %d %s", r.status, r.body)
	}
}

func TestWhatThePortalCannotRefundIsAConflict(t *testing.T) {
	w := start(t, toPortal)
	w.open(t, "OPEN", "alice")
	w.paid(t, "PAID")
	for _, c := range []struct {
		no     string
		body   fieldsOf
		status int
	}{
		{"NONE", fieldsOf{"amount_fen": 1}, 404}, {"OPEN", fieldsOf{"amount_fen": 1}, 409}, {"PAID", fieldsOf{"amount_fen": 351}, 409},
		{"PAID", fieldsOf{"amount_fen": 1, "transaction_id": "4200"}, 409}, {"PAID", fieldsOf{"amount_fen": 0}, 400},
		{"PAID", fieldsOf{"amount_fen": 1, "out_refund_no": "A B"}, 400}, {"PAID", fieldsOf{"amount_fen": 1, "out_refund_no": "MINE"}, 200},
		{"PAID", fieldsOf{"amount_fen": 1, "out_refund_no": "MINE"}, 409},
	} {
		w.control(t, http.MethodPost, "/control/wechat/orders/"+c.no+"/refund", c.body, c.status)
	}
}
