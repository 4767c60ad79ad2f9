package e2e

import (
	"testing"
)

// doubts are the ways in which an answer tells nothing although the provider did what was asked.
var doubts = []string{"lost_answer", "timeout", "system_error_after", "bad_gateway_after", "answer_wrong_key", "answer_probe"}

func TestMoneyEqualsTheBookWhateverAnswerIsLost(t *testing.T) {
	inEveryDelivery(t, whateverAnswerIsLost)
}

func whateverAnswerIsLost(t *testing.T, d delivery) {
	w := newWorld(t, d.set)
	var visits []*visit
	var numbers []string
	for _, op := range []string{"create", "complete", "cancel", "query"} {
		for _, doubt := range doubts {
			number := op + "-" + doubt
			w.fault(number, op, doubt, "times", 2)
			if op == "query" {
				w.fault(number, "notify", "never")
			}
			visits, numbers = append(visits, w.visit(number)), append(numbers, number)
		}
	}
	if err := w.together(visits, func(v *visit) error {
		if v.number[:3] == "can" {
			return jam(v)
		}
		return buy(v)
	}); err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	for _, number := range numbers {
		t.Run(number, func(t *testing.T) {
			if number[:3] == "can" {
				l.endedOnce(t, number, "revoked", 0)
				return
			}
			l.endedOnce(t, number, "paid", price)
		})
	}
	w.allStruck(t)
	t.Run("no secret left its place", func(t *testing.T) { w.secretsStayed(t, numbers...) })
}

// allStruck sees to it that every planned fault happened: a story without its trouble proves nothing.
func (w *world) allStruck(t *testing.T) {
	t.Helper()
	var answer struct {
		Rules []struct {
			OutOrderNo string `json:"out_order_no"`
			Fault      string `json:"fault"`
			Hits       int    `json:"hits"`
		} `json:"rules"`
	}
	if err := w.Get(w.ctx, "/control/wechat/faults", nil, &answer); err != nil {
		t.Fatal(err)
	}
	for _, r := range answer.Rules {
		if r.Hits == 0 {
			t.Errorf("%s never happened to %s", r.Fault, r.OutOrderNo)
		}
	}
}
