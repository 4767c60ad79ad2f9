package wechatpay_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/internal/wechattest"
)

// Every row goes over HTTP, for every operation it is of, so that the table is held together with what the transport
// makes of an answer.
func TestEveryRowOfTheErrorTablesHasItsVerdict(t *testing.T) {
	for _, r := range slices.Concat(documented(), undocumented()) {
		reply := wechattest.Reply{Status: r.status, Body: `{"code":"` + r.code + `","message":"综合评估不通过"}`}
		if r.internal != "" {
			reply.RequestID = "08F7C3AB06-" + r.internal
		}
		a := ask(t, reply) // of a client of its own: one answer does not hold back the next call
		for _, op := range r.ops {
			if got := wechatpay.Judge(op, a); got != r.want {
				t.Errorf("§%s %s %d %s %s: %s, want %s", r.section, op, r.status, r.code, r.internal, got, r.want)
			}
		}
	}
}

func TestNoRowIsListedThatTheTableAboveDoesNotName(t *testing.T) {
	named := map[string]wechatpay.Verdict{}
	for _, d := range documented() {
		code := strings.ReplaceAll(d.code, " ", "")
		if d.internal != "" {
			code = d.internal
		}
		for _, op := range d.ops {
			named[string(op)+" "+code] = d.want
		}
	}
	listed := map[string]wechatpay.Verdict{}
	for _, r := range wechatpay.Rows() {
		for _, op := range r.Operations {
			at := string(op) + " " + r.Code
			if _, twice := listed[at]; twice {
				t.Errorf("%s has two rows", at)
			}
			listed[at] = r.Verdict
		}
	}
	if !maps.Equal(named, listed) {
		for at, v := range listed {
			if named[at] != v {
				t.Errorf("listed and not named: %s → %s", at, v)
			}
		}
		for at, v := range named {
			if listed[at] != v {
				t.Errorf("named and not listed: %s → %s", at, v)
			}
		}
	}
	if !slices.Equal(slices.Sorted(slices.Values(all)), slices.Sorted(slices.Values(wechatpay.Operations()))) {
		t.Error("an operation is missing here or there")
	}
}

func TestEveryRowHasTextsInBothLanguagesASectionAndAVerdict(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	for _, r := range wechatpay.Rows() {
		_, notNumber := strconv.Atoi(r.Code)
		if !han.MatchString(r.Zh) || r.En == "" || han.MatchString(r.En) || !strings.HasPrefix(r.Section, "§") ||
			len(r.Operations) == 0 || !slices.Contains(wechatpay.Verdicts(), r.Verdict) || r.Internal() != (notNumber == nil) {
			t.Errorf("%+v", r)
		}
	}
}

func TestTheListOfRowsIsTheCallers(t *testing.T) {
	one := wechatpay.Rows()
	one[0].Operations[0], one[0].Verdict = "", wechatpay.Accepted
	if two := wechatpay.Rows(); two[0].Operations[0] == "" || two[0].Verdict == wechatpay.Accepted {
		t.Error("a caller changed the table")
	}
}

func TestAnAnswerIsExplainedByItsRowAndByWhatFollows(t *testing.T) {
	type A = wechatpay.Answer
	for _, c := range []struct {
		op     wechatpay.Operation
		answer A
		zh, en string
	}{
		{wechatpay.CreateOrder, A{Outcome: wechatpay.No, HTTPStatus: 400, Code: "INVALID_REQUEST", InternalCode: "271302149"},
			"商户号与 appid 未绑定；权限、绑定关系或授权缺失，或服务模式不符",
			"merchant number and appid are not bound; a permission, binding or authorisation is missing, or the service's mode does not fit"},
		{wechatpay.CreateOrder, A{Outcome: wechatpay.Yes, Code: "ORDER_DONE"}, "已受理", "accepted"},
		{wechatpay.CreateOrder, A{InternalCode: "271302149", Doubt: wechatpay.DoubtTimeout},
			"结果未知，等待查询或原样重发", "outcome unknown, will ask or send the same request again"},
		{wechatpay.CreateOrder, A{Code: "SYSTEM_ERROR", Doubt: wechatpay.DoubtServer},
			"系统错误；结果未知，等待查询或原样重发", "a fault inside WeChat Pay; outcome unknown, will ask or send the same request again"},
		{wechatpay.QueryOrder, A{Outcome: wechatpay.No, HTTPStatus: 404, Code: "NEW"},
			"单据不存在：核对单号和商户号", "not found: check the number and the merchant number"},
	} {
		if zh, en := wechatpay.Explain(c.op, c.answer); zh != c.zh || en != c.en {
			t.Errorf("%v: %s | %s", c.answer, zh, en)
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
