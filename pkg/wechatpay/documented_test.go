package wechatpay_test

import (
	"slices"

	"github.com/facepay-go/facepay/pkg/wechatpay"
)

type ops = []wechatpay.Operation

// The interfaces as the sheet groups them, written out here again so that the table below does not lean on the one it
// tests.
var (
	orders = ops{wechatpay.CreateOrder, wechatpay.QueryOrder, wechatpay.CompleteOrder, wechatpay.CancelOrder,
		wechatpay.ModifyOrder, wechatpay.SyncOrder, wechatpay.CollectOrder}
	permissions = ops{wechatpay.PreAuthorise, wechatpay.QueryAuthorisation, wechatpay.TerminateAuthorisation}
	score       = slices.Concat(orders, permissions)
	refunds     = ops{wechatpay.CreateRefund, wechatpay.QueryRefund}
	bills       = ops{wechatpay.ApplyBill}
	unionID     = ops{wechatpay.QueryUnionID}
	all         = slices.Concat(score, unionID, refunds, bills)
)

// answer is one row of a table of the sheet and what it means to some operations.
type answer struct {
	section  string
	ops      ops
	status   int
	code     string
	internal string
	want     wechatpay.Verdict
}

// documented has every row of §5, §6.10, §6.11, §8.1 and §9.2, and those of §1.5, §4, §5.3, §6.2 and §6.5 beside them.
func documented() []answer {
	const create, query, complete, cancel = wechatpay.CreateOrder, wechatpay.QueryOrder, wechatpay.CompleteOrder, wechatpay.CancelOrder
	const modify, sync, collect, terminate = wechatpay.ModifyOrder, wechatpay.SyncOrder, wechatpay.CollectOrder, wechatpay.TerminateAuthorisation
	return []answer{
		{"6.10", ops{create, query, complete, collect}, 400, "PARAM_ERROR", "", wechatpay.RefusedRule},
		{"6.5", ops{cancel, modify, sync}, 400, "PARAM_ERROR", "", wechatpay.WrongState},
		{"5", permissions, 400, "PARAM_ERROR", "", wechatpay.RefusedRule},
		{"6.2", ops{create}, 400, "INVALID_REQUEST", "", wechatpay.RefusedUnexplained},
		{"6.10", ops{query}, 400, "INVALID_REQUEST", "", wechatpay.RefusedRule},
		{"6.10", ops{complete, cancel, modify, sync, collect}, 400, "INVALID_REQUEST", "", wechatpay.WrongState},
		{"5.1, 5.2", ops{wechatpay.PreAuthorise, wechatpay.QueryAuthorisation}, 400, "INVALID_REQUEST", "", wechatpay.RefusedRule},
		{"5.3", ops{terminate}, 400, "INVALID_REQUEST", "", wechatpay.WrongState},
		{"6.10", score, 400, "INVALID_ORDER_STATE", "", wechatpay.WrongState},
		{"6.10", score, 400, "ORDER_CANCELED", "", wechatpay.AlreadyCancelled},
		{"6.10", score, 400, "ORDER_DONE", "", wechatpay.AlreadyDone},
		{"6.10", score, 401, "SIGN_ERROR", "", wechatpay.SignatureRefused},
		{"6.10", orders, 403, "NO_AUTH", "", wechatpay.RefusedConfig},
		{"5", permissions, 403, "NO_AUTH", "", wechatpay.RefusedConfig},
		{"6.10", score, 404, "ORDER_NOT_EXIST", "", wechatpay.NotFound},
		{"6.10", score, 404, "ORDER_NOT_ EXIST", "", wechatpay.NotFound},
		{"1.5", slices.Concat(score, unionID, bills), 404, "RESOURCE_NOT_EXISTS", "", wechatpay.NotFound},
		{"6.10", score, 429, "FREQUENCY_LIMITED", "", wechatpay.TooFrequent},
		{"6.10", score, 500, "SYSTEM_ERROR", "", wechatpay.Undecided},

		{"6.11", score, 404, "ORDER_NOT_EXIST", "271317510", wechatpay.NotFound},
		{"6.11", score, 400, "INVALID_REQUEST", "271316574", wechatpay.DeductionFailed},
		{"6.11", score, 400, "INVALID_REQUEST", "271302262", wechatpay.WrongState},
		{"6.11", score, 400, "PARAM_ERROR", "268435464", wechatpay.RefusedRule},
		{"6.11", score, 400, "INVALID_REQUEST", "271316657", wechatpay.WrongState},
		{"6.11", score, 400, "INVALID_REQUEST", "271316598", wechatpay.NumberTaken},
		{"6.11", score, 400, "PARAM_ERROR", "271302144", wechatpay.RefusedConfig},
		{"6.11", score, 400, "PARAM_ERROR", "271302149", wechatpay.RefusedConfig},
		{"6.11", score, 400, "INVALID_REQUEST", "268435472", wechatpay.TooFrequent},
		{"6.11", score, 400, "INVALID_REQUEST", "271300099", wechatpay.RefusedRisk},
		{"6.11", score, 400, "INVALID_REQUEST", "271299627", wechatpay.RefusedUserUnfinished},
		{"6.11", score, 400, "INVALID_REQUEST", "271302332", wechatpay.WrongState},
		{"6.11", score, 403, "NO_AUTH", "268503786", wechatpay.RefusedConfig},
		{"6.11", score, 400, "PARAM_ERROR", "271316592", wechatpay.NotCancellable},
		{"6.11", score, 400, "INVALID_REQUEST", "271316592", wechatpay.NotCancellable},
		{"6.11", score, 403, "NO_AUTH", "270924332", wechatpay.RefusedConfig},
		{"6.11", score, 400, "INVALID_REQUEST", "271316754", wechatpay.DeductionRunning},
		{"6.11", score, 400, "PARAM_ERROR", "271316656", wechatpay.AboveCap},
		{"6.11", score, 400, "PARAM_ERROR", "271316637", wechatpay.EndBeforeStart},
		{"6.11", score, 400, "INVALID_REQUEST", "268560785", wechatpay.RefusedYouthMode},
		{"6.11", score, 400, "INVALID_REQUEST", "271302333", wechatpay.AlreadyCancelled},

		{"1.5", unionID, 400, "PARAM_ERROR", "", wechatpay.RefusedRule},
		{"4", unionID, 400, "INVALID_REQUEST", "", wechatpay.RefusedRule},
		{"1.5", unionID, 401, "SIGN_ERROR", "", wechatpay.SignatureRefused},
		{"1.5", unionID, 403, "NO_AUTH", "", wechatpay.RefusedConfig},
		{"1.5", unionID, 429, "FREQUENCY_LIMITED", "", wechatpay.TooFrequent},
		{"1.5", unionID, 500, "SYSTEM_ERROR", "", wechatpay.Undecided},

		{"9.2", refunds, 400, "PARAM_ERROR", "", wechatpay.RefusedRule},
		{"9.2, 1.5: query first", ops{wechatpay.CreateRefund}, 400, "INVALID_REQUEST", "", wechatpay.RefusedUnexplained},
		{"9.2", ops{wechatpay.QueryRefund}, 400, "INVALID_REQUEST", "", wechatpay.RefusedRule},
		{"9.2", refunds, 401, "SIGN_ERROR", "", wechatpay.SignatureRefused},
		{"9.2", refunds, 403, "NO_AUTH", "", wechatpay.RefusedConfig},
		{"9.2", refunds, 403, "NOT_ENOUGH", "", wechatpay.BalanceTooLow},
		{"9.2", refunds, 403, "USER_ACCOUNT_ABNORMAL", "", wechatpay.UserAccountAbnormal},
		{"9.2", refunds, 404, "MCH_NOT_EXISTS", "", wechatpay.RefusedConfig},
		{"9.2, 9.3", refunds, 404, "RESOURCE_NOT_EXISTS", "", wechatpay.NotFound},
		{"9.2", refunds, 429, "FREQUENCY_LIMITED", "", wechatpay.TooFrequent},
		{"9.2", refunds, 500, "SYSTEM_ERROR", "", wechatpay.Undecided},

		{"8.1", bills, 400, "NO_STATEMENT_EXIST", "", wechatpay.NoStatement},
		{"8.1", bills, 400, "STATEMENT_CREATING", "", wechatpay.StatementNotReady},
		{"8.1", bills, 400, "PARAM_ERROR", "", wechatpay.RefusedRule},
		{"8.1", bills, 400, "INVALID_REQUEST", "", wechatpay.RefusedRule},
		{"8.1", bills, 401, "SIGN_ERROR", "", wechatpay.SignatureRefused},
		{"8.1", bills, 403, "NO_AUTH", "", wechatpay.RefusedConfig},
		{"8.1", bills, 429, "FREQUENCY_LIMITED", "", wechatpay.TooFrequent},
		{"8.1", bills, 500, "SYSTEM_ERROR", "", wechatpay.Undecided},
	}
}

// undocumented is what is made of codes the sheet does not have.
func undocumented() []answer {
	believed := slices.DeleteFunc(slices.Clone(all), func(o wechatpay.Operation) bool {
		return slices.Contains(ops{wechatpay.CreateOrder, wechatpay.CreateRefund, wechatpay.CancelOrder, wechatpay.ModifyOrder, wechatpay.SyncOrder}, o)
	})
	return []answer{
		{"undocumented", ops{wechatpay.CreateOrder, wechatpay.CreateRefund}, 400, "SOMETHING_NEW", "", wechatpay.RefusedUnexplained},
		{"undocumented", ops{wechatpay.CancelOrder, wechatpay.ModifyOrder, wechatpay.SyncOrder}, 400, "SOMETHING_NEW", "", wechatpay.WrongState},
		{"undocumented", believed, 400, "SOMETHING_NEW", "999", wechatpay.RefusedRule},
		{"undocumented", all, 401, "SOMETHING_NEW", "", wechatpay.SignatureRefused},
		{"undocumented", ops{wechatpay.CreateOrder, wechatpay.CreateRefund}, 403, "SOMETHING_NEW", "", wechatpay.RefusedUnexplained},
		{"undocumented", slices.DeleteFunc(slices.Clone(all), func(o wechatpay.Operation) bool {
			return o == wechatpay.CreateOrder || o == wechatpay.CreateRefund
		}), 403, "SOMETHING_NEW", "", wechatpay.RefusedConfig},
		{"undocumented", all, 404, "SOMETHING_NEW", "", wechatpay.NotFound},
		{"undocumented", all, 429, "SOMETHING_NEW", "", wechatpay.TooFrequent},
		{"success", all, 200, "", "0", wechatpay.Accepted},
		{"a 200 never reads a code", all, 200, "ORDER_DONE", "271302333", wechatpay.Accepted},
		{"an internal code does not make a no of a 500", all, 500, "SYSTEM_ERROR", "271300099", wechatpay.Undecided},
	}
}
