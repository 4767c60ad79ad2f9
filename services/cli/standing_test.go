package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"

	deskv1 "github.com/facepay-go/facepay/proto/gen/facepay/desk/v1"
	eventv1 "github.com/facepay-go/facepay/proto/gen/facepay/event/v1"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// The words come from order-lifecycle's domain, which no other module can import: its source is read.
func TestEveryStateAndEveryNextStepOfAnOrderIsExplainedInBothLanguages(t *testing.T) {
	for _, c := range []struct {
		file, kind string
		explained  map[string]text
	}{
		{"order.go", `\bState = "(\w+)"`, standings}, {"refund.go", `RefundState = "(\w+)"`, returns}, {"fact.go", `\bOp += "(\w+)"`, steps},
	} {
		source, err := os.ReadFile("../order-lifecycle/internal/order/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, match := range regexp.MustCompile(c.kind).FindAllStringSubmatch(string(source), -1) {
			for _, word := range match[1:] {
				found[word] = word != ""
			}
		}
		delete(found, "")
		if len(found) < 6 {
			t.Errorf("%s: only %v found", c.file, found)
		}
		for word := range found {
			if words := c.explained[word]; words.zh == "" || words.en == "" {
				t.Errorf("%s of %s is not explained", word, c.file)
			}
		}
		for word := range c.explained {
			if !found[word] {
				t.Errorf("%s is explained and not in %s", word, c.file)
			}
		}
	}
}

func TestAPaidOrderTellsWhoHasItsMoney(t *testing.T) {
	paid := func(more ...Detail) *Story {
		return &Story{State: "PAID", ofOrder: append([]Detail{{"state", "PAID"}, {"paid_amount_fen", "350"}}, more...)}
	}
	for name, c := range map[string]struct {
		story *Story
		says  string
	}{
		"WeChat collected":     {paid(Detail{"transaction_id", "T1"}), "the money is in, and WeChat confirms it"},
		"the merchant took it": {paid(Detail{"paid_elsewhere_fen", "350"}), "the customer paid the merchant by other means than WeChat, which collects no more"},
		"both took a part":     {paid(Detail{"paid_elsewhere_fen", "250"}), "the money is in, 2.50 元 of it paid to the merchant by other means than WeChat"},
		"both, and what was too much went back": {paid(Detail{"paid_elsewhere_fen", "250"}, Detail{"refunded_amount_fen", "100"}),
			"the money is in: 1.00 元 by WeChat, of which 1.00 元 went back to the customer, and 2.50 元 to the merchant by other means"},
		"the merchant took all, WeChat a part of it too": {paid(Detail{"paid_elsewhere_fen", "250"}, Detail{"said_paid_elsewhere_fen", "350"}, Detail{"refunded_amount_fen", "100"}),
			"the customer paid the merchant 3.50 元 by other means, and WeChat collected 1.00 元 as well, of which 1.00 元 went back"},
		"the merchant took it, and WeChat too": {paid(Detail{"said_paid_elsewhere_fen", "350"}, Detail{"refunded_amount_fen", "350"}),
			"the customer paid the merchant 3.50 元 by other means, and WeChat collected 3.50 元 as well, of which 3.50 元 went back"},
		"a receivable of which a part is in": {&Story{State: "PAYMENT_PENDING", ofOrder: []Detail{{"paid_amount_fen", "100"}}},
			"a receivable: WeChat collects from the customer, it is not all in yet; 1.00 元 of it is in"},
		"a refund that is on its way": {paid(Detail{"refunded_amount_fen", "0"}), "the money is in, and WeChat confirms it"},
		"a part went back":            {paid(Detail{"refunded_amount_fen", "100"}), "the money is in, and 1.00 元 of it went back to the customer"},
		"all of it went back":         {paid(Detail{"refunded_amount_fen", "350"}), "all that WeChat collected went back to the customer"},
		"a cancelled one has a part": {&Story{State: "REVOKED", ofOrder: []Detail{{"paid_amount_fen", "100"}, {"refunded_amount_fen", "0"}}},
			"the order is over, and WeChat has collected 1.00 元 of it: that is the customer's"},
		"an end that WeChat refused": {&Story{State: "IN_SERVICE", ofOrder: []Detail{{"paid_amount_fen", "0"}, {"alarm_over", "complete_refused at 2026-03-01T17:00:00Z"}}},
			"the service ended and WeChat refused to take its end, nothing is collected: send a corrected end, or cancel it and collect by other means"},
		"paid by other means, and WeChat has not taken note": {&Story{State: "SYNCING", ofOrder: []Detail{{"paid_amount_fen", "100"}, {"said_paid_elsewhere_fen", "350"}}},
			"a receivable: WeChat is being told that the customer paid elsewhere, and may still collect until it agrees; 1.00 元 of it is in; the customer paid the merchant 3.50 元 by other means, what WeChat collects as well goes back by itself"},
		"another state needs no amount": {&Story{State: "REVOKED"}, "it was cancelled at WeChat: nothing was or will be collected"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.story.standing(); got.en != c.says || got.zh == "" {
				t.Errorf("got %v, want %q", got, c.says)
			}
		})
	}
}

func TestADeadLettersReasonDoesNotRepeatItsCode(t *testing.T) {
	for _, c := range []struct{ why, code, want string }{
		{"event_malformed: unknown field x", "event_malformed", "unknown field x"},
		{"unknown_merchant [merchant]: no such", "unknown_merchant", "[merchant]: no such"},
		{"broken", "", "broken"},
	} {
		if got := withoutCode(c.why, c.code); got != c.want {
			t.Errorf("%q became %q", c.why, got)
		}
	}
}

func TestOfARequestThatWasReplacedNobodySaysThatItChangedNothing(t *testing.T) {
	for code, says := range map[string]string{"superseded": "WeChat may have carried it out or not", "not_paid": "the request was refused and changed nothing"} {
		got, ok := answerOf(&deskv1.CancelRequested{}, "f-1", &orderv1.FactRejected{FactId: "f-1", Problem: &eventv1.Problem{Code: code}})
		if !ok || got.problem == nil || !strings.Contains(got.says.en, says) {
			t.Errorf("%s is answered %q, %v", code, got.says.en, got.problem)
		}
	}
}
