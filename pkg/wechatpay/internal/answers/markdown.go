package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/wechatpay"
)

const head = `# What WeChat's answers mean

Written by ` + "`make generate`" + ` from the tables of this package; never edited. A call is judged by its operation and by WeChat's
code; an internal code, the number at the end of a Request-ID, beats the code; message texts decide nothing. A code without a
row is judged by its HTTP status. A timeout, a 5xx and an answer whose signature does not hold are *undecided*, whatever their
code. PayScore stands for all calls about orders and authorisations. § is of [wechat-protocol.md](wechat-protocol.md).
`

// markdown is the whole document.
func markdown() string {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("\n## Verdicts\n\n| verdict | class | alarm | 中文 | English |\n|---|---|---|---|---|\n")
	for _, v := range slices.Sorted(slices.Values(wechatpay.Verdicts())) {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", v, class(v), alarm(v), v.Zh(), v.En())
	}
	b.WriteString("\n## Codes\n\n| code | HTTP | answers | verdict | 中文 | English | source |\n|---|---|---|---|---|---|---|\n")
	for _, r := range wechatpay.Rows() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", r.Code, status(r), operations(r), r.Verdict, r.Zh, r.En, r.Section)
	}
	return b.String()
}

// class is empty where nothing is wrong.
func class(v wechatpay.Verdict) string {
	if v.Class() == fault.Unclassified {
		return ""
	}
	return v.Class().String()
}

func alarm(v wechatpay.Verdict) string {
	if v.Alarm() {
		return "yes"
	}
	return ""
}

func status(r wechatpay.Row) string { return strings.TrimPrefix(fmt.Sprint(r.HTTPStatus), "0") }

// outside are the operations that are not of PayScore.
var outside = []wechatpay.Operation{wechatpay.QueryUnionID, wechatpay.CreateRefund, wechatpay.QueryRefund, wechatpay.ApplyBill}

// operations names those of the row, or, when that is shorter, a whole and what is missing of it.
func operations(r wechatpay.Row) string {
	whole, missing := "all", less(wechatpay.Operations(), r.Operations)
	if len(less(outside, missing)) == 0 {
		whole, missing = "PayScore", less(missing, outside)
	}
	switch {
	case len(missing) == 0:
		return whole
	case len(missing) < len(r.Operations):
		return whole + " but " + names(missing)
	default:
		return names(r.Operations)
	}
}

// less is ops without some.
func less(ops, without []wechatpay.Operation) []wechatpay.Operation {
	return slices.DeleteFunc(slices.Clone(ops), func(o wechatpay.Operation) bool { return slices.Contains(without, o) })
}

func names(ops []wechatpay.Operation) string {
	texts := make([]string, len(ops))
	for i, o := range ops {
		texts[i] = string(o)
	}
	return strings.Join(texts, ", ")
}
