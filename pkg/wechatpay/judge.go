package wechatpay

import "net/http"

// Judge turns an answer into its meaning for the operation, by status, code and internal code only: message texts are
// for people (§6.10). A row for the operation beats a general row, an internal code (§6.11) beats the code.
func Judge(op Operation, a Answer) Verdict {
	switch a.Outcome {
	case Yes:
		return Accepted
	case Unknown:
		return Undecided
	}
	for _, by := range []key{{op, a.InternalCode}, {"", a.InternalCode}, {op, a.Code}, {"", a.Code}} {
		if v, found := meanings[by]; found {
			return v
		}
	}
	return byStatus(op, a.HTTPStatus)
}

// byStatus judges a code nobody has documented.
func byStatus(op Operation, status int) Verdict {
	switch status {
	case http.StatusUnauthorized:
		return SignatureRefused
	case http.StatusForbidden:
		return RefusedConfig
	case http.StatusNotFound:
		return NotFound
	case http.StatusTooManyRequests:
		return TooFrequent
	}
	if op == CreateOrder {
		return RefusedUnexplained
	}
	return RefusedRule
}

// key is a row's key: an operation ("" for every one) and a code or internal code.
type key struct {
	op   Operation
	code string
}

// meanings is the provider's table, read only. Internal codes are the official top list (§6.11): it is not complete.
var meanings = map[key]Verdict{
	// §1.5, §5, §6.10: codes.
	{"", "PARAM_ERROR"}:         RefusedRule,
	{"", "INVALID_REQUEST"}:     WrongState,
	{"", "INVALID_ORDER_STATE"}: WrongState,
	{"", "ORDER_CANCELED"}:      AlreadyCancelled,
	{"", "ORDER_DONE"}:          AlreadyDone,
	{"", "SIGN_ERROR"}:          SignatureRefused,
	{"", "NO_AUTH"}:             RefusedConfig,
	{"", "ORDER_NOT_EXIST"}:     NotFound,
	{"", "RESOURCE_NOT_EXISTS"}: NotFound,
	{"", "FREQUENCY_LIMITED"}:   TooFrequent,

	// On create the rule broken may be risk, the user's other orders, or other content under the same number (§6.2).
	{CreateOrder, "INVALID_REQUEST"}: RefusedUnexplained,
	// "Not cancellable in this state" also comes as PARAM_ERROR (§6.5); our frozen body was validated, so ask.
	{CancelOrder, "PARAM_ERROR"}: WrongState,
	// Refunds and reads have no order state to be wrong (§4, §9.2, §8.1).
	{CreateRefund, "INVALID_REQUEST"}:       RefusedRule,
	{QueryRefund, "INVALID_REQUEST"}:        RefusedRule,
	{ApplyBill, "INVALID_REQUEST"}:          RefusedRule,
	{QueryOrder, "INVALID_REQUEST"}:         RefusedRule,
	{QueryUnionID, "INVALID_REQUEST"}:       RefusedRule,
	{QueryAuthorisation, "INVALID_REQUEST"}: RefusedRule,
	{PreAuthorise, "INVALID_REQUEST"}:       RefusedRule,

	// §9.2, §8.1.
	{"", "NOT_ENOUGH"}:            BalanceTooLow,
	{"", "USER_ACCOUNT_ABNORMAL"}: UserAccountAbnormal,
	{"", "MCH_NOT_EXISTS"}:        RefusedConfig,
	{"", "NO_STATEMENT_EXIST"}:    NoStatement,
	{"", "STATEMENT_CREATING"}:    StatementNotReady,

	// §6.11: internal codes.
	{"", "271317510"}: NotFound,              // order not found
	{"", "271316574"}: DeductionFailed,       // balance, revoked authorisation
	{"", "271302262"}: WrongState,            // illegal order state
	{"", "268435464"}: RefusedRule,           // parameter out of range
	{"", "271316657"}: WrongState,            // only when pending payment
	{"", "271316598"}: NumberTaken,           // re-entry with different parameters
	{"", "271302144"}: RefusedConfig,         // mch_id does not exist
	{"", "271302149"}: RefusedConfig,         // mch_id and appid not bound
	{"", "268435472"}: TooFrequent,           // too frequent
	{"", "271300099"}: RefusedRisk,           // risk evaluation failed
	{"", "271299627"}: RefusedUserUnfinished, // overdue unpaid orders
	{"", "271302332"}: WrongState,            // illegal state (unconfirmed)
	{"", "268503786"}: RefusedConfig,         // no permission
	{"", "271316592"}: NotCancellable,        // not cancellable in this state
	// "Authorization invalid": whether the header's or the user's is not documented. No order either way.
	{"", "270924332"}: RefusedConfig,
	{"", "271316754"}: DeductionRunning, // deduction running, retry later
	{"", "271316656"}: AboveCap,         // total above service risk amount
	{"", "271316637"}: EndBeforeStart,   // real end time < start time
	{"", "268560785"}: RefusedYouthMode, // youth-mode limit
	{"", "271302333"}: AlreadyCancelled, // illegal state (cancelled)
}
