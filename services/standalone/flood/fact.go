package flood

import "fmt"

// fact is the number of one fact; factsPerOrder of them are told of one order: partial payments, each with the amount paid
// so far, and the last one that says DONE (wechat-protocol.md §7.5: another paid_amount is another fact).
type fact int

const (
	factsPerOrder = 5
	// instalment is what each fact adds to what was paid, fen.
	instalment = 70
)

// orderNo is the out_order_no the fact is about.
func (f fact) orderNo() string { return fmt.Sprintf("FLOOD%09d", int(f)/factsPerOrder) }

// paidFen is collection.paid_amount.
func (f fact) paidFen() int { return (int(f)%factsPerOrder + 1) * instalment }

func (f fact) eventType() string { return "PAYSCORE.USER_PAID" }

// factOf is the fact that an order's number and its paid amount name; false when they name none.
func factOf(orderNo string, paidFen int64) (fact, bool) {
	var order int
	if _, err := fmt.Sscanf(orderNo, "FLOOD%09d", &order); err != nil || paidFen%instalment != 0 {
		return 0, false
	}
	f := fact(order*factsPerOrder + int(paidFen)/instalment - 1)
	return f, f >= 0 && f.orderNo() == orderNo && int64(f.paidFen()) == paidFen
}

// entity is what WeChat says of the order (§7.3, entity B).
func (f fact) entity(mchID string) string {
	state, collection := "DOING", "USER_PAYING"
	total := factsPerOrder * instalment
	if f.paidFen() == total {
		state, collection = "DONE", "USER_PAID"
	}
	return fmt.Sprintf(`{"appid":%q,"mchid":%q,"out_order_no":%q,"service_id":%q,"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",`+
		`"state":%q,"total_amount":%d,"order_id":"W-%s","need_collection":true,"collection":{"state":%q,"total_amount":%d,`+
		`"paying_amount":%d,"paid_amount":%d,"details":[{"seq":1,"amount":%d,"paid_type":"NEWTON","paid_time":"20261122061503",`+
		`"transaction_id":"T-%d"}]}}`,
		appID, mchID, f.orderNo(), serviceID, state, total, f.orderNo(), collection, total, total-f.paidFen(), f.paidFen(), f.paidFen(), int(f))
}
