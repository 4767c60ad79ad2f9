package wechat

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/pkg/wechatpay/payscore"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
)

// TestEveryVerdictHasItsMeaning is exhaustive: a verdict added to the table of pkg/wechatpay fails here until somebody
// says what it means to an order. One meaning stands for all operations; where create differs, it comes first.
func TestEveryVerdictHasItsMeaning(t *testing.T) {
	want := map[wechatpay.Verdict]string{
		wechatpay.Accepted:              "accepted",
		wechatpay.Undecided:             "unknown",
		wechatpay.TooFrequent:           "not_now",
		wechatpay.DeductionRunning:      "not_now",
		wechatpay.SignatureRefused:      "misconfigured",
		wechatpay.NotFound:              "missing",
		wechatpay.NumberTaken:           "not_ours number_taken",
		wechatpay.RefusedRisk:           "refused risk",
		wechatpay.RefusedUserUnfinished: "refused user_unfinished_orders",
		wechatpay.RefusedYouthMode:      "refused youth_mode",
		wechatpay.RefusedConfig:         "refused not_authorised | misconfigured | refused not_authorised",
		wechatpay.RefusedRule:           "refused rule",
		wechatpay.AboveCap:              "refused above_cap",
		wechatpay.EndBeforeStart:        "refused end_before_start",
		wechatpay.RefusedUnexplained:    "ask unexplained",
		wechatpay.WrongState:            "ask wrong_state",
		wechatpay.AlreadyCancelled:      "ask already_cancelled",
		wechatpay.AlreadyDone:           "ask already_done",
		wechatpay.NotCancellable:        "refused not_cancellable",
		wechatpay.DeductionFailed:       "refused deduction_failed",
		wechatpay.BalanceTooLow:         "ask unexplained",
		wechatpay.UserAccountAbnormal:   "ask unexplained",
		wechatpay.NoStatement:           "ask unexplained",
		wechatpay.StatementNotReady:     "ask unexplained",
	}
	got := map[wechatpay.Verdict]string{}
	for _, v := range wechatpay.Verdicts() {
		var words []string
		for _, op := range []order.Op{order.OpCreate, order.OpComplete, order.OpCancel, order.OpQuery, order.OpModify, order.OpSync, order.OpCollect, order.OpWithdraw} {
			verdict, reason := meaning(op, payscore.Result{Verdict: v})
			words = append(words, strings.TrimSpace(fmt.Sprint(verdict, " ", reason)))
		}
		got[v] = strings.Join(slices.Compact(words), " | ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestARequestOfWhichNotOneByteLeftUsIsNoDoubt(t *testing.T) {
	r := payscore.Result{Answer: wechatpay.Answer{NotSent: true}, Verdict: wechatpay.Undecided}
	if v, _ := meaning(order.OpCreate, r); v != order.NotNow {
		t.Errorf("got %s", v)
	}
}
