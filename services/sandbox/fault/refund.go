package fault

import "strings"

// Operations of refunds (退款): the request, the query, and the end of an accepted one.
const (
	Refund       Operation = "refund"
	RefundQuery  Operation = "refund_query"
	RefundSettle Operation = "refund_settle"
)

// Faults of a refund, not executed.
const (
	// NotEnough: 403 NOT_ENOUGH, the merchant's balance is too low.
	NotEnough Kind = "not_enough"
	// UserAccountAbnormal: 403 USER_ACCOUNT_ABNORMAL, the user's account was closed.
	UserAccountAbnormal Kind = "user_account_abnormal"
	// UnlistedNotEnough and UnlistedRuleLimit: 403 NOTENOUGH and RULELIMIT, codes that are not in the sheet's table (§9.2).
	UnlistedNotEnough Kind = "unlisted_not_enough"
	UnlistedRuleLimit Kind = "unlisted_rule_limit"
	// PaymentNotVisible: 404 RESOURCE_NOT_EXISTS although the payment is there, as in the first minutes (§9.2).
	PaymentNotVisible Kind = "payment_not_visible"
)

// Faults of the end of a refund; Late puts it off once.
const (
	// RefundAbnormal: it ends ABNORMAL, the money cannot be credited. RefundClosed: it ends CLOSED, nothing is refunded.
	RefundAbnormal Kind = "refund_abnormal"
	RefundClosed   Kind = "refund_closed"
)

// hasAmount reports a notice that says what was paid or given back (wechat-protocol.md §7.1); no other can say it wrong.
func hasAmount(eventType string) bool {
	return eventType == "PAYSCORE.USER_PAID" || strings.HasPrefix(eventType, "REFUND.")
}

// refundKinds says which faults make sense where.
func refundKinds(op Operation) []Kind {
	switch op {
	case Refund:
		return append([]Kind{NotEnough, UserAccountAbnormal, UnlistedNotEnough, UnlistedRuleLimit, PaymentNotVisible, EarlyNotice, OddPromotionObject, AnswerOfAnother, AnswerOfNobody}, anyCall...)
	case RefundQuery:
		return append([]Kind{OddPromotionObject, AnswerOfAnother, AnswerOfNobody}, anyCall...)
	case RefundSettle:
		return []Kind{Late, RefundAbnormal, RefundClosed}
	}
	return billKinds(op)
}
