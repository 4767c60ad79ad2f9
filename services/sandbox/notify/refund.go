package notify

import (
	"bytes"
	"strings"

	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// RefundPrefix and a final status make the event types of refunds: REFUND.SUCCESS, REFUND.ABNORMAL, REFUND.CLOSED
// (wechat-protocol.md §7.1, §9.4).
const RefundPrefix = "REFUND."

func ofRefund(eventType string) bool { return strings.HasPrefix(eventType, RefundPrefix) }

// refundSummary is our wording: the sheet has none.
func refundSummary(eventType string) string {
	switch strings.TrimPrefix(eventType, RefundPrefix) {
	case "SUCCESS":
		return "退款成功"
	case "ABNORMAL":
		return "退款异常"
	}
	return "退款关闭"
}

// originalType is the kind of resource an event has; its associated_data is the same word.
func originalType(eventType string) string {
	if ofRefund(eventType) {
		return "refund"
	}
	return "payscore"
}

// tampered changes the event's name after the body was signed: still JSON of the same length, only the signature can tell.
func tampered(body []byte) []byte {
	body = bytes.Replace(body, []byte(`"event_type":"PAYSCORE.`), []byte(`"event_type":"PAYSCORF.`), 1)
	return bytes.Replace(body, []byte(`"event_type":"REFUND.`), []byte(`"event_type":"REFUNE.`), 1)
}

// refundLie makes the result of a refund say another amount or another number. An order's entity it leaves alone.
func refundLie(entity map[string]any, rule plan.Rule) (told bool) {
	number, isRefund := entity["out_refund_no"].(string)
	amount, _ := entity["amount"].(map[string]any)
	switch {
	case !isRefund:
		return false
	case rule.Kind == plan.ForeignAmount:
		amount["refund"], amount["payer_refund"] = rule.Amount, rule.Amount
	case rule.Kind == plan.UnknownOrder:
		entity["out_refund_no"] = NobodysNumber(number)
	default:
		return false
	}
	return true
}
