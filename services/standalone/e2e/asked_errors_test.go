package e2e

import (
	"errors"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
)

// unsettling are the answers that settle nothing: what was asked happens once all the same, whether WeChat had carried it out
// or not. wechat-protocol.md §1.5, §6.10.
var unsettling = strings.Fields(`too_frequent system_error system_error_after bad_gateway bad_gateway_after timeout lost_answer
	answer_probe answer_wrong_key answer_old_key answer_unknown_key answer_stale answer_tampered answer_of_another answer_of_nobody`)

// errorsTable are WeChat's other answers to what the back office asks: §6.10, §6.11 and §9.2 as far as the sandbox gives them,
// what the back office is told (either of two where they race), and the alarms.
const errorsTable = `
operation  answer                 told
modify     deduction_running      modified
modify     no_permission          provider_refused
modify     not_modifiable         provider_refused
modify     paid_first             already_paid
cancel     deduction_running      revoked
cancel     no_permission          provider_refused
cancel     not_cancellable        provider_refused
cancel     paid_first             already_paid
sync       deduction_running      paid
sync       no_permission          paid           sync_refused
sync       collection_unclear     paid           sync_refused
sync       paid_first             paid           paid_twice
pay        no_permission          provider_refused
pay        early_notice           collect_requested|paid
refund     not_enough             refunded       refund_balance_too_low
refund     user_account_abnormal  refund_failed
refund     payment_not_visible    refunded
refund     early_notice           refunded
`

// effects are the events that tell that what was asked has happened.
var effects = map[string]string{"modify": "modified", "cancel": "revoked", "sync": "paid", "pay": "collect_requested|paid", "refund": "refunded"}

// answeredSo is the story of one operation that WeChat answers so; told are the events or the code that answer it.
func answeredSo(operation, answer, told string, alarms ...string) asked {
	s := asked{
		promise: strings.Join([]string{operation, answer, told}, " "), number: operation + "-" + answer,

		faults: [][]any{{operation, answer}}, end: "paid", paid: price, alarms: alarms,
	}
	arrive, finish := (*visit).owing, (*visit).byHand
	if operation == "refund" {
		arrive, finish = (*visit).bought, stay
	}
	switch {
	case told == "revoked":
		s.end, s.paid, finish = "revoked", 0, stay
	case told == "modified":
		s.paid = lowered
	case told == "refunded":
		s.refunded = price
	case len(alarms) == 1 && alarms[0] == "paid_twice":
		s.refunded = price
		finish = func(v *visit) error { return v.hears("refunded") }
	case strings.HasPrefix(told, "already_"), strings.Contains(told, "paid"):
		finish = (*visit).end
	}
	if strings.HasPrefix(told, "already_") || told == "provider_refused" {
		s.rejected = []string{told}
	}
	s.play = func(v *visit) error {
		return firstError(func() error { return arrive(v) }, func() error {
			wish, err := v.deskWish(operation, "r1")
			return errors.Join(err, v.answered(wish, strings.Split(told, "|")...))
		}, func() error { return finish(v) })
	}
	return s
}

// endsOfRefunds are refunds that WeChat took and that end otherwise than at once. wechat-protocol.md §9.1.
var endsOfRefunds = []asked{
	{promise: "a refund that is late is told when it is there", number: "settle-late", faults: [][]any{{"refund_settle", "late", "delay_ms", 60_000}},
		end: "paid", paid: price, refunded: price, play: refunds("refunded")},
	{promise: "a closed refund gives nothing back, and a new one does", number: "settle-closed", faults: [][]any{{"refund_settle", "refund_closed"}},
		end: "paid", paid: price, refunded: price, play: refunds("refund_failed", "refunded")},
	{promise: "an abnormal refund is told when it was handled", number: "settle-abnormal", faults: [][]any{{"refund_settle", "refund_abnormal"}},
		end: "paid", paid: price, refunded: price, alarms: []string{"refund_abnormal"}, play: func(v *visit) error {
			return firstError(func() error { return refunds("refund_failed")(v) },
				func() error { return v.HandleRefund(v.ctx, v.number+"@r1") }, func() error { return v.hears("refunded") })
		}},
	{promise: "a refund nobody is told of is found by asking, whatever the answers", number: "settle-untold", end: "paid", paid: price, refunded: price,
		faults: [][]any{ // late, so that a repeated request does not show the end either
			{"refund_settle", "late", "delay_ms", 60_000}, {"notify", "never", "event_type", "REFUND.SUCCESS"},
			{"refund_query", "lost_answer"}, {"refund_query", "answer_of_another"},
		},
		play: refunds("refunded")},
	{promise: "two halves go back, a third does not", number: "settle-halves", end: "paid", paid: price, refunded: price,
		rejected: []string{"refund_exceeds"}, play: func(v *visit) error {
			half := func(request, want string) func() error {
				return func() error { return v.answered(v.Refund(v.number, request, "", price/2, "退一瓶"), want) }
			}
			return firstError(v.bought, half("r1", "refunded"), half("r2", "refunded"), half("r3", "refund_exceeds"))
		}},
}

// refunds asks for a refund of everything as often as there are answers wanted.
func refunds(want ...string) func(*visit) error {
	return func(v *visit) error {
		err := v.bought()
		for i, told := range want {
			if err == nil {
				err = v.answered(v.Refund(v.number, "r"+string(rune('1'+i)), "", price, "商品质量问题"), told)
			}
		}
		return err
	}
}

func TestWhateverWeChatAnswersWhatIsAskedHappensOnceOrIsRefused(t *testing.T) {
	inUsualAndHarshest(t, func(t *testing.T, d delivery) {
		all := append([]asked{}, endsOfRefunds...)
		for _, operation := range []string{"modify", "cancel", "sync", "pay", "refund"} {
			for _, answer := range unsettling {
				all = append(all, answeredSo(operation, answer, effects[operation]))
			}
		}
		for _, row := range strings.Split(strings.TrimSpace(errorsTable), "\n")[1:] {
			words := strings.Fields(row)
			all = append(all, answeredSo(words[0], words[1], words[2], words[3:]...))
		}
		newWorld(t, tuned(onlyAsked), d.set).ask(t, all)
	})
}

func TestAPartThatWeChatHasGoesBackOnlyWhenTheWholeWasPaidElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for number, c := range map[string]struct{ elsewhere, back money.Fen }{"THE-WHOLE": {price, 100}, "THE-REST": {price - 100, 0}} {
		t.Run(number, func(t *testing.T) {
			w.fault(number, "deduct", "deduction_partial", "amount_fen", 100)
			w.fault(number, "deduct", "deduction_stops")
			v := w.visit(number)
			if err := firstError(v.enter, func() error { return v.Publish(v.ctx, v.ended(400)) }); err != nil {
				t.Fatal(err)
			}
			w.stands(t, number, "PAYMENT_PENDING", 100)
			wish := v.PaidElsewhere(number, "s1", v.Clock.Now())
			wish.AmountFen = new(int64(c.elsewhere))
			if err := firstError(func() error { return v.answered(wish, "paid") }, v.end); err != nil {
				t.Fatal(err)
			}
			if c.back > 0 {
				if err := v.hears("refunded"); err != nil {
					t.Fatal(err)
				}
			}
			w.quiet(number)
			w.ledger(t).endedOnce(t, number, "paid", price)
			if back := w.givenBack(t)[number]; back != c.back {
				t.Errorf("%d fen went back, want %d", back, c.back)
			}
		})
	}
}
