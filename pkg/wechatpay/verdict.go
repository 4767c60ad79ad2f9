package wechatpay

import "github.com/facepay-go/facepay/pkg/fault"

// Verdict is what an answer means to whoever decides next. The set is closed.
type Verdict string

const (
	// Accepted: done, or taken over as documented for the operation.
	Accepted Verdict = "accepted"
	// Undecided: outcome unknown. Send the identical bytes again, or query; never treat it as a no.
	Undecided Verdict = "undecided"
	// TooFrequent: not accepted, too fast. Same bytes again after a growing pause.
	TooFrequent Verdict = "too_frequent"
	// SignatureRefused is WeChat refusing our signature, serial or clock: configuration, alarm.
	SignatureRefused Verdict = "signature_refused"
	// NotFound: no such order, refund or authorisation for this account. After a timed-out create it is not a no.
	NotFound Verdict = "not_found"

	// RefusedRisk: WeChat's risk evaluation of the user failed; its cause is not disclosed.
	RefusedRisk Verdict = "refused_risk"
	// RefusedUserUnfinished: the user has overdue or unfinished orders.
	RefusedUserUnfinished Verdict = "refused_user_unfinished"
	// RefusedYouthMode: the user's account is limited by youth mode (青少年模式).
	RefusedYouthMode Verdict = "refused_youth_mode"
	// RefusedConfig: a right, a binding or an authorisation is missing, or the mode does not fit: alarm.
	RefusedConfig Verdict = "refused_config"
	// RefusedRule: the request breaks a rule of the interface; repeating cannot help.
	RefusedRule Verdict = "refused_rule"
	// RefusedUnexplained: INVALID_REQUEST on the create of an order or a refund without a known internal code: query; what is
	// not there is refused.
	RefusedUnexplained Verdict = "refused_unexplained"
	// NumberTaken: the number was used before with other content; the earlier request stands. Query. Not a refusal of
	// the order that exists.
	NumberTaken Verdict = "number_taken"
	// AboveCap: the total is above the service's risk amount.
	AboveCap Verdict = "above_cap"
	// EndBeforeStart: the end time is before the start time.
	EndBeforeStart Verdict = "end_before_start"

	// WrongState: the order is not in a state for this. Query and decide by its state.
	WrongState Verdict = "wrong_state"
	// AlreadyCancelled: the order was cancelled before.
	AlreadyCancelled Verdict = "already_cancelled"
	// AlreadyDone: the order was finished before.
	AlreadyDone Verdict = "already_done"
	// NotCancellable: an order in this state cannot be cancelled: modify it or wait (§6.5).
	NotCancellable Verdict = "not_cancellable"
	// DeductionRunning: a deduction or a payment by hand is running: same bytes again after 3 minutes (§6.5).
	DeductionRunning Verdict = "deduction_running"
	// DeductionFailed: the deduction did not go through; the order stays a receivable.
	DeductionFailed Verdict = "deduction_failed"

	// BalanceTooLow: the merchant's balance does not cover the refund: top up, then the same out_refund_no (§9.2).
	BalanceTooLow Verdict = "balance_too_low"
	// UserAccountAbnormal: the user's account is closed: refund by other means (§9.2).
	UserAccountAbnormal Verdict = "user_account_abnormal"
	// NoStatement: there was nothing that day (§8.1).
	NoStatement Verdict = "no_statement"
	// StatementNotReady: the bill is being made: again in 30 minutes (§8.1).
	StatementNotReady Verdict = "statement_not_ready"
)

// Class says what a caller without a state machine does: Unclassified stands for "nothing is wrong".
func (v Verdict) Class() fault.Class { return verdicts[v].class }

// Alarm reports that a person has to mend something: keys, clock, rights or bindings.
func (v Verdict) Alarm() bool { return verdicts[v].alarm }

// Zh is the text for an operator in Chinese, "" for a verdict that is not of the set.
func (v Verdict) Zh() string { return verdicts[v].zh }

// En is the text for an operator in English, "" for a verdict that is not of the set.
func (v Verdict) En() string { return verdicts[v].en }

// Verdicts lists the whole set, in no particular order.
func Verdicts() []Verdict {
	list := make([]Verdict, 0, len(verdicts))
	for v := range verdicts {
		list = append(list, v)
	}
	return list
}

type verdictRow struct {
	class  fault.Class
	alarm  bool
	zh, en string
}

// verdicts is read only.
var verdicts = map[Verdict]verdictRow{
	Accepted:    {fault.Unclassified, false, "已受理", "accepted"},
	Undecided:   {fault.UnknownOutcome, false, "结果未知，等待查询或原样重发", "outcome unknown, will ask or send the same request again"},
	TooFrequent: {fault.Retry, false, "请求过于频繁，稍后重试", "too many requests, will try again later"},
	SignatureRefused: {fault.Terminal, true, "微信支付拒绝了我方签名：检查商户证书序列号、私钥和时钟",
		"WeChat Pay refused our signature: check certificate serial, private key and clock"},
	NotFound: {fault.NotFound, false, "单据不存在：核对单号和商户号", "not found: check the number and the merchant number"},

	RefusedRisk:           {fault.Terminal, false, "用户未通过微信综合评估", "the user did not pass WeChat's evaluation"},
	RefusedUserUnfinished: {fault.Terminal, false, "用户有未完结或逾期订单", "the user has unfinished or overdue orders"},
	RefusedYouthMode:      {fault.Terminal, false, "用户账户受青少年模式限制", "the user's account is limited by youth mode"},
	RefusedConfig: {fault.Terminal, true, "权限、绑定关系或授权缺失，或服务模式不符",
		"a permission, binding or authorisation is missing, or the service's mode does not fit"},
	RefusedRule: {fault.Terminal, false, "请求参数不符合接口规则", "the request breaks a rule of the interface"},
	RefusedUnexplained: {fault.Terminal, false, "请求被拒绝且原因未说明：先查单再判定",
		"refused without a stated cause: query first, then decide"},
	NumberTaken:    {fault.Conflict, false, "单号已被不同内容的请求使用", "the number was used before with other content"},
	AboveCap:       {fault.Terminal, false, "金额超过服务风险金额上限", "the amount is above the service's risk amount"},
	EndBeforeStart: {fault.Terminal, false, "结束时间早于开始时间", "the end time is before the start time"},

	WrongState:       {fault.Conflict, false, "订单当前状态不允许此操作：以查单为准", "the order's state does not allow this: query it"},
	AlreadyCancelled: {fault.Duplicate, false, "订单此前已撤销", "the order was cancelled before"},
	AlreadyDone:      {fault.Duplicate, false, "订单此前已完结", "the order was finished before"},
	NotCancellable:   {fault.Terminal, false, "当前状态不可撤销", "the order cannot be cancelled in this state"},
	DeductionRunning: {fault.Retry, false, "单据正在扣款中，3 分钟后重试", "a deduction is running, will try again in 3 minutes"},
	DeductionFailed:  {fault.Terminal, false, "扣款失败，订单仍待支付", "the deduction failed, the order is still to be paid"},

	BalanceTooLow:       {fault.Retry, true, "商户余额不足，充值后以原退款单号重试", "merchant balance too low: top up, then the same refund number"},
	UserAccountAbnormal: {fault.Terminal, true, "用户账户异常，需以其他方式退款", "the user's account is abnormal: refund by other means"},
	NoStatement:         {fault.NotFound, false, "当日无账单", "there is no statement for that day"},
	StatementNotReady:   {fault.Retry, false, "账单生成中，30 分钟后重试", "the statement is being made, will try again in 30 minutes"},
}
