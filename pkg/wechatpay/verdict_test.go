package wechatpay_test

import (
	"regexp"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

// Every row goes over HTTP, so that the table is held together with what the transport makes of an answer.
func TestEveryRowOfTheErrorTablesHasItsVerdict(t *testing.T) {
	type row struct {
		section  string
		op       wechatpay.Operation
		status   int
		code     string
		internal string
		want     wechatpay.Verdict
	}
	const create, complete, cancel = wechatpay.CreateOrder, wechatpay.CompleteOrder, wechatpay.CancelOrder
	for _, r := range []row{
		{"6.10", create, 400, "PARAM_ERROR", "", wechatpay.RefusedRule},
		{"6.10", create, 400, "INVALID_REQUEST", "", wechatpay.RefusedUnexplained},
		{"6.10", complete, 400, "INVALID_REQUEST", "", wechatpay.WrongState},
		{"6.10", complete, 400, "INVALID_ORDER_STATE", "", wechatpay.WrongState},
		{"6.10", cancel, 400, "ORDER_CANCELED", "", wechatpay.AlreadyCancelled},
		{"6.10", complete, 400, "ORDER_DONE", "", wechatpay.AlreadyDone},
		{"6.10", create, 401, "SIGN_ERROR", "", wechatpay.SignatureRefused},
		{"6.10", create, 403, "NO_AUTH", "", wechatpay.RefusedConfig},
		{"6.10", complete, 404, "ORDER_NOT_EXIST", "", wechatpay.NotFound},
		{"6.10", complete, 404, "ORDER_NOT_ EXIST", "", wechatpay.NotFound},
		{"6.10", create, 429, "FREQUENCY_LIMITED", "", wechatpay.TooFrequent},
		{"6.10", create, 500, "SYSTEM_ERROR", "", wechatpay.Undecided},

		{"6.11", wechatpay.QueryOrder, 404, "ORDER_NOT_EXIST", "271317510", wechatpay.NotFound},
		{"6.11", wechatpay.CollectOrder, 400, "INVALID_REQUEST", "271316574", wechatpay.DeductionFailed},
		{"6.11", complete, 400, "INVALID_REQUEST", "271302262", wechatpay.WrongState},
		{"6.11", create, 400, "PARAM_ERROR", "268435464", wechatpay.RefusedRule},
		{"6.11", wechatpay.ModifyOrder, 400, "INVALID_REQUEST", "271316657", wechatpay.WrongState},
		{"6.11", create, 400, "INVALID_REQUEST", "271316598", wechatpay.NumberTaken},
		{"6.11", create, 400, "PARAM_ERROR", "271302144", wechatpay.RefusedConfig},
		{"6.11", create, 400, "PARAM_ERROR", "271302149", wechatpay.RefusedConfig},
		{"6.11", create, 400, "INVALID_REQUEST", "268435472", wechatpay.TooFrequent},
		{"6.11", create, 400, "INVALID_REQUEST", "271300099", wechatpay.RefusedRisk},
		{"6.11", create, 400, "INVALID_REQUEST", "271299627", wechatpay.RefusedUserUnfinished},
		{"6.11", complete, 400, "INVALID_REQUEST", "271302332", wechatpay.WrongState},
		{"6.11", create, 403, "NO_AUTH", "268503786", wechatpay.RefusedConfig},
		{"6.11", cancel, 400, "PARAM_ERROR", "271316592", wechatpay.NotCancellable},
		{"6.11", cancel, 400, "INVALID_REQUEST", "271316592", wechatpay.NotCancellable},
		{"6.11", create, 403, "NO_AUTH", "270924332", wechatpay.RefusedConfig},
		{"6.11", cancel, 400, "INVALID_REQUEST", "271316754", wechatpay.DeductionRunning},
		{"6.11", complete, 400, "PARAM_ERROR", "271316656", wechatpay.AboveCap},
		{"6.11", complete, 400, "PARAM_ERROR", "271316637", wechatpay.EndBeforeStart},
		{"6.11", create, 400, "INVALID_REQUEST", "268560785", wechatpay.RefusedYouthMode},
		{"6.11", cancel, 400, "INVALID_REQUEST", "271302333", wechatpay.AlreadyCancelled},

		{"6.5", cancel, 400, "PARAM_ERROR", "", wechatpay.WrongState},
		{"5", wechatpay.QueryAuthorisation, 403, "NO_AUTH", "", wechatpay.RefusedConfig},
		{"5.3", wechatpay.TerminateAuthorisation, 400, "INVALID_REQUEST", "", wechatpay.WrongState},
		{"4", wechatpay.QueryUnionID, 400, "INVALID_REQUEST", "", wechatpay.RefusedRule},
		{"9.2", wechatpay.CreateRefund, 403, "NOT_ENOUGH", "", wechatpay.BalanceTooLow},
		{"9.2", wechatpay.CreateRefund, 403, "USER_ACCOUNT_ABNORMAL", "", wechatpay.UserAccountAbnormal},
		{"9.2", wechatpay.CreateRefund, 404, "MCH_NOT_EXISTS", "", wechatpay.RefusedConfig},
		{"9.2", wechatpay.CreateRefund, 404, "RESOURCE_NOT_EXISTS", "", wechatpay.NotFound},
		{"9.2", wechatpay.CreateRefund, 400, "INVALID_REQUEST", "", wechatpay.RefusedRule},
		{"8.1", wechatpay.ApplyBill, 400, "NO_STATEMENT_EXIST", "", wechatpay.NoStatement},
		{"8.1", wechatpay.ApplyBill, 400, "STATEMENT_CREATING", "", wechatpay.StatementNotReady},

		{"undocumented code", create, 400, "SOMETHING_NEW", "", wechatpay.RefusedUnexplained},
		{"undocumented code", complete, 400, "SOMETHING_NEW", "999", wechatpay.RefusedRule},
		{"undocumented code", complete, 401, "SOMETHING_NEW", "", wechatpay.SignatureRefused},
		{"undocumented code", complete, 403, "SOMETHING_NEW", "", wechatpay.RefusedConfig},
		{"undocumented code", complete, 404, "SOMETHING_NEW", "", wechatpay.NotFound},
		{"undocumented code", complete, 429, "SOMETHING_NEW", "", wechatpay.TooFrequent},
		{"success", complete, 200, "", "0", wechatpay.Accepted},
		{"a 200 never reads a code", complete, 200, "ORDER_DONE", "271302333", wechatpay.Accepted},
	} {
		reply := wechattest.Reply{Status: r.status, Body: `{"code":"` + r.code + `","message":"综合评估不通过"}`}
		if r.internal != "" {
			reply.RequestID = "08F7C3AB06-" + r.internal
		}
		if got := wechatpay.Judge(r.op, ask(t, reply)); got != r.want {
			t.Errorf("§%s %s %d %s %s: %s, want %s", r.section, r.op, r.status, r.code, r.internal, got, r.want)
		}
	}
}

func TestEveryVerdictHasTextsInBothLanguages(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	for _, v := range wechatpay.Verdicts() {
		if !han.MatchString(v.Zh()) || v.En() == "" || han.MatchString(v.En()) {
			t.Errorf("%s: %q, %q", v, v.Zh(), v.En())
		}
	}
	if len(wechatpay.Verdicts()) < 20 {
		t.Error("the set is larger than that")
	}
}

func TestVerdictsThatRepeatOrAlarmSaySo(t *testing.T) {
	for v, class := range map[wechatpay.Verdict]fault.Class{
		wechatpay.Undecided: fault.UnknownOutcome, wechatpay.TooFrequent: fault.Retry, wechatpay.DeductionRunning: fault.Retry,
		wechatpay.NumberTaken: fault.Conflict, wechatpay.NotFound: fault.NotFound, wechatpay.RefusedRisk: fault.Terminal,
	} {
		if v.Class() != class {
			t.Errorf("%s is %s, want %s", v, v.Class(), class)
		}
	}
	if !wechatpay.RefusedConfig.Alarm() || !wechatpay.SignatureRefused.Alarm() || wechatpay.RefusedRisk.Alarm() {
		t.Error("configuration alarms, a user's refusal does not")
	}
}
