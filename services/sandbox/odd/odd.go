// Package odd makes sound JSON say things in types and words that a client may meet one day (wechat-protocol.md §6.3): what
// nobody needs in another type, states that no page has.
package odd

import (
	"bytes"
	"encoding/json"

	"github.com/facepay-go/facepay/pkg/fault"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// The words that no API page has; §6.3 says where they were seen. Both are only examples of what is unknown.
const (
	State           = "MCH_LOADING"
	CollectionState = "WAIT_PAY"
)

// Spoil changes an order or a refund as the kind says; other kinds leave it as it is, and so does what is not there yet.
func Spoil(body []byte, kind plan.Kind) ([]byte, error) {
	change := changes[kind]
	if change == nil {
		return body, nil
	}
	var entity map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&entity); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "odd_decode", "reading what is to be odd")
	}
	change(entity)
	spoiled, err := json.Marshal(entity)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "odd_encode", "writing what is odd")
	}
	return spoiled, nil
}

var changes = map[plan.Kind]func(entity map[string]any){
	plan.OddRiskFund: func(entity map[string]any) {
		if fund, ok := entity["risk_fund"].(map[string]any); ok {
			fund["amount"] = "10000"
		}
	},
	plan.OddCount: func(entity map[string]any) {
		for _, name := range []string{"post_payments", "post_discounts"} {
			for _, item := range list(entity[name]) {
				item["count"] = json.Number("1.0")
			}
		}
	},
	plan.OddSeq: func(entity map[string]any) {
		for _, detail := range details(entity) {
			detail["seq"] = "1"
		}
	},
	plan.OddPromotionAmount: func(entity map[string]any) {
		for _, detail := range details(entity) {
			odd := promotion()
			odd["wechatpay_contribute"] = "50"
			detail["promotion_detail"] = []any{odd}
		}
	},
	plan.OddPromotionObject: func(entity map[string]any) {
		if _, isRefund := entity["refund_id"]; isRefund {
			entity["promotion_detail"] = map[string]any{"promotion_id": "109519", "scope": "GLOBAL", "type": "DISCOUNT", "amount": 50, "refund_amount": 50}
		}
		for _, detail := range details(entity) {
			detail["promotion_detail"] = promotion()
		}
	},
	plan.UnknownState: func(entity map[string]any) { entity["state"] = State },
	plan.UnknownCollectionState: func(entity map[string]any) {
		if collection, ok := entity["collection"].(map[string]any); ok {
			collection["state"] = CollectionState
		}
	},
}

// promotion is one of §6.3.
func promotion() map[string]any {
	return map[string]any{"coupon_id": "109519", "scope": "GLOBAL", "type": "NOCASH", "amount": 50, "wechatpay_contribute": 50, "currency": "CNY"}
}

// details are the payments of an order's collection.
func details(entity map[string]any) []map[string]any {
	collection, _ := entity["collection"].(map[string]any)
	return list(collection["details"])
}

func list(value any) []map[string]any {
	elements, _ := value.([]any)
	var objects []map[string]any
	for _, e := range elements {
		if object, ok := e.(map[string]any); ok {
			objects = append(objects, object)
		}
	}
	return objects
}
