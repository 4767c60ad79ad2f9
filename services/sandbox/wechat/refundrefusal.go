package wechat

import (
	"github.com/facepay-go/facepay/services/sandbox/book"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// Codes of refunds alone (wechat-protocol.md §9.2).
const (
	notEnough           = "NOT_ENOUGH"
	userAccountAbnormal = "USER_ACCOUNT_ABNORMAL"
)

func unknownTransaction() *refusal {
	return &refusal{404, resourceMissing, "订单不存在", 0, nil}
}

func unknownRefund() *refusal {
	return &refusal{404, resourceMissing, "退款单不存在", 0, nil}
}

func differentRefund() *refusal {
	return &refusal{400, invalidRequest, "订单金额或退款金额与之前请求不一致，请核实后再试", 0, nil}
}

// refundRefused gives the book's refusals their code. That a payment's refunds are a minute apart has no code in the
// sheet: slow down and send the same again, so FREQUENCY_LIMITED.
func refundRefused(reason book.RefundRefusal) *refusal {
	switch reason {
	case book.TotalDiffers:
		return &refusal{400, invalidRequest, "订单总金额与原支付交易不一致", 0, fieldDetail{"body", "amount.total", "与原支付交易不一致"}}
	case book.MoreThanPaid:
		return &refusal{400, invalidRequest, "申请退款金额大于订单可退金额", 0, fieldDetail{"body", "amount.refund", "超过可退金额"}}
	case book.TooManyRefunds:
		return &refusal{400, invalidRequest, "该订单部分退款次数已达50次", 0, nil}
	case book.TooLate:
		return &refusal{400, invalidRequest, "订单已超过可退款的最大期限", 0, nil}
	}
	return &refusal{429, frequencyLimited, "同一订单多次退款需间隔1分钟", internalTooFrequent, nil}
}

// refundFault is the refusal that a fault asks for; nil for other faults. NOTENOUGH and RULELIMIT are not in the sheet's
// table: what they mean and how they are worded is not known, the words are ours.
func refundFault(kind plan.Kind) *refusal {
	switch kind {
	case plan.NotEnough:
		return &refusal{403, notEnough, "基本账户余额不足，请充值后重新发起", 0, nil}
	case plan.UserAccountAbnormal:
		return &refusal{403, userAccountAbnormal, "用户账户异常或已注销", 0, nil}
	case plan.UnlistedNotEnough:
		return &refusal{403, "NOTENOUGH", "余额不足", 0, nil}
	case plan.UnlistedRuleLimit:
		return &refusal{403, "RULELIMIT", "交易受规则限制", 0, nil}
	case plan.PaymentNotVisible:
		return unknownTransaction()
	}
	return nil
}

// mostFailing is how many refunds of a merchant may fail within a second (§9.1); whatever follows in that second is
// refused. Whether WeChat refuses sound ones then too is not written down: here it does.
const mostFailing = 6
