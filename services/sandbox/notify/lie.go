package notify

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
	"github.com/facepay-go/facepay/services/sandbox/odd"
)

// lieOf is a notice like n that says something else: sealed and signed with the merchant's own keys, under an id of its
// own. Names are those of others whom the receiver may know too, or invented when there are none.
func lieOf(n *Notice, m *account.Merchant, merchants account.Directory, rule plan.Rule) (Notice, error) {
	lie := *n
	lie.ID = ID("lie", string(rule.Kind), n.ID)
	var entity map[string]any
	d := json.NewDecoder(strings.NewReader(string(n.Entity)))
	d.UseNumber()
	if err := d.Decode(&entity); err != nil {
		return lie, fault.Wrap(err, fault.Terminal, "notice_decode", "reading a notice")
	}
	switch {
	case refundLie(entity, rule):
	case rule.Kind == plan.ForeignAmount:
		paidInFull(entity, rule)
	case rule.Kind == plan.UnknownOrder:
		entity["out_order_no"], entity["order_id"] = nobodys(entity["out_order_no"]), nobodys(entity["order_id"])
	case rule.Kind == plan.ForeignOpenID:
		entity["openid"] = nobodys(entity["openid"])
	case rule.Kind == plan.ForeignOrderID:
		entity["order_id"] = nobodys(entity["order_id"])
	case rule.Kind == plan.UnknownEvent:
		lie.EventType = unknownEvent
	case rule.Kind == plan.ForeignMchID:
		entity["mchid"] = otherMchID(m.MchID, merchants)
	case rule.Kind == plan.ForeignSubMchID:
		ids := make([]string, len(m.SubMerchants))
		for i, s := range m.SubMerchants {
			ids[i] = s.MchID
		}
		entity["sub_mchid"] = otherSubMchID(ids, entity["sub_mchid"])
	case rule.Kind == plan.ForeignAppID:
		entity["appid"] = other(m.AppIDs, entity["appid"])
	case rule.Kind == plan.ForeignService:
		ids := make([]string, len(m.Services))
		for i, s := range m.Services {
			ids[i] = s.ID
		}
		entity["service_id"] = other(ids, entity["service_id"])
	}
	body, err := json.Marshal(entity)
	if err != nil {
		return lie, fault.Wrap(err, fault.Terminal, "notice_encode", "encoding a notice")
	}
	lie.Entity, err = odd.Spoil(body, rule.Kind)
	return lie, err
}

// unknownEvent is an event_type that is in no list (wechat-protocol.md §7.1): only an example of what is unknown.
const unknownEvent = "PAYSCORE.USER_PAID_AGAIN"

// paidInFull makes the entity one of an order that cost the rule's amount and was paid at once.
func paidInFull(entity map[string]any, rule plan.Rule) {
	collection, _ := entity["collection"].(map[string]any)
	if collection == nil {
		return
	}
	entity["state"], entity["total_amount"] = "DONE", rule.Amount
	delete(entity, "state_description")
	collection["state"], collection["total_amount"] = "USER_PAID", rule.Amount
	collection["paying_amount"], collection["paid_amount"] = 0, rule.Amount
	if details, _ := collection["details"].([]any); len(details) > 0 {
		if first, ok := details[0].(map[string]any); ok {
			first["amount"] = rule.Amount
		}
		collection["details"] = details[:1]
	}
}

// NobodysNumber is a number like the given one that nobody has.
func NobodysNumber(number string) string {
	return number[:min(len(number), 31)] + "x"
}

func otherMchID(own string, merchants account.Directory) string {
	ids := make([]string, 0, len(merchants))
	for id := range merchants {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if i := slices.IndexFunc(ids, func(id string) bool { return id != own }); i >= 0 {
		return ids[i]
	}
	return "1999999999"
}

// otherSubMchID is another sub-merchant of the partner's, else one that nobody has; a merchant's own notice gets one too.
func otherSubMchID(ids []string, own any) string {
	if i := slices.IndexFunc(ids, func(id string) bool { return id != own }); i >= 0 {
		return ids[i]
	}
	return "1999999998"
}

func other(ids []string, own any) string {
	if i := slices.IndexFunc(ids, func(id string) bool { return id != own }); i >= 0 {
		return ids[i]
	}
	return nobodys(own)
}

func nobodys(own any) string {
	text, _ := own.(string)
	return NobodysNumber(text)
}
