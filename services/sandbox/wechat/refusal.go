package wechat

import (
	"errors"
	"fmt"

	"github.com/facepay-go/facepay/services/sandbox/book"
)

// Codes of answers (wechat-protocol.md §1.5, §6.10).
const (
	paramError       = "PARAM_ERROR"
	invalidRequest   = "INVALID_REQUEST"
	orderState       = "INVALID_ORDER_STATE"
	orderCanceled    = "ORDER_CANCELED"
	orderDone        = "ORDER_DONE"
	signError        = "SIGN_ERROR"
	noAuth           = "NO_AUTH"
	orderNotExist    = "ORDER_NOT_EXIST"
	resourceMissing  = "RESOURCE_NOT_EXISTS"
	frequencyLimited = "FREQUENCY_LIMITED"
	systemError      = "SYSTEM_ERROR"
)

// Internal codes, the number behind the dash of Request-ID (wechat-protocol.md §6.11). 0 stands where the list has none.
const (
	internalOrderNotFound    = 271317510
	internalIllegalState     = 271302262
	internalUnconfirmed      = 271302332
	internalCancelled        = 271302333
	internalOutOfRange       = 268435464
	internalTooFrequent      = 268435472
	internalRiskFailed       = 271300099
	internalUnfinished       = 271299627
	internalDifferent        = 271316598
	internalMchUnknown       = 271302144
	internalNotBound         = 271302149
	internalNoPermission     = 268503786
	internalNotCancellable   = 271316592
	internalBadAuthorization = 270924332
	internalDeductionRunning = 271316754
	internalOnlyPending      = 271316657
	internalAboveCap         = 271316656
	internalEndBeforeStart   = 271316637
)

// refusal is an APIv3 error answer.
type refusal struct {
	status   int
	code     string
	message  string
	internal int64
	detail   any
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s (%d)", r.status, r.code, r.internal) }

// fieldDetail names the field at fault, in the generic v3 shape; its shape varies in reality (wechat-protocol.md §1.5).
type fieldDetail struct {
	Location string `json:"location"`
	Field    string `json:"field"`
	Issue    string `json:"issue"`
}

func badField(field, message string) *refusal {
	return outOfRange("body", field, message, internalOutOfRange)
}

func badQuery(field, message string) *refusal {
	return outOfRange("query", field, message, internalOutOfRange)
}

func outOfRange(location, field, message string, internal int64) *refusal {
	return &refusal{400, paramError, message, internal, fieldDetail{location, field, message}}
}

func riskRefused() *refusal {
	return &refusal{400, invalidRequest, "综合评估不通过", internalRiskFailed, nil}
}

func unfinishedOrder() *refusal {
	return &refusal{400, invalidRequest, "存在未完结订单", internalUnfinished, nil}
}

func deductionRunning() *refusal {
	return &refusal{400, invalidRequest, "单据正在扣款中", internalDeductionRunning, nil}
}

// notModifiable: one page says that an amount is modified once; the words of the refusal are ours (§6.6).
func notModifiable() *refusal {
	return &refusal{400, invalidRequest, "订单金额已修改过,不能再次修改", 0, nil}
}

func collectionUnclear() *refusal { return &refusal{400, invalidRequest, "收款结果不明", 0, nil} }

func notPermitted(internal int64) *refusal {
	return &refusal{403, noAuth, "商户暂无权限使用此服务", internal, nil}
}

func notBound() *refusal {
	return &refusal{403, noAuth, "mch_id和appid未绑定", internalNotBound, nil}
}

func unknownOrder() *refusal {
	return &refusal{404, orderNotExist, "订单不存在", internalOrderNotFound, nil}
}

func differentParameters() *refusal {
	return &refusal{400, invalidRequest, "商户订单号重复,且请求参数不一致", internalDifferent, nil}
}

func tooFrequent() *refusal {
	return &refusal{429, frequencyLimited, "频率超限", internalTooFrequent, nil}
}

func broken() *refusal { return &refusal{500, systemError, "系统错误", 0, nil} }

// ofBook gives the book's refusals their code; text is the operation's wording for a state that does not fit.
func ofBook(reason book.Refusal, text string) *refusal {
	switch reason {
	case book.DifferentParameters:
		return differentParameters()
	case book.Unconfirmed:
		return &refusal{400, orderState, text, internalUnconfirmed, nil}
	case book.AlreadyCancelled:
		return &refusal{400, orderCanceled, "订单已撤销", internalCancelled, nil}
	case book.AlreadyDone:
		return &refusal{400, orderDone, "订单已完成", internalNotCancellable, nil}
	case book.NotCancellable:
		return &refusal{400, invalidRequest, text, internalNotCancellable, nil}
	}
	return &refusal{400, orderState, text, internalIllegalState, nil}
}

// onlyPending is refusalOf for what only a pending order (待支付) does: whatever its state is, the internal code is the one
// of wechat-protocol.md §6.6.
func onlyPending(err error) error {
	const text = "订单不是待支付状态"
	if reason, ok := errors.AsType[book.Refusal](err); ok {
		refused := ofBook(reason, text)
		refused.internal = internalOnlyPending
		return refused
	}
	return refusalOf(err, text)
}
