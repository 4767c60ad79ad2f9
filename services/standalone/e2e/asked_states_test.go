package e2e

import (
	"errors"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// statesTable is the table of wechat-protocol.md §6.9, and refunds (§9.1): what is asked of an order in each state, and the
// answer. A word with a dash is the code of a refusal: then nothing at all changes at WeChat; any other is the event that tells
// of the effect. "complete" is the kiosk's service_ended. S3' is not told apart by the sandbox; S4m is S4 paid to the merchant.
const statesTable = `
state  complete       cancel        modify        sync          pay                refund
S1     parked         revoked       not-pending   not-pending   not-pending        not-paid
S2     completing     revoked       not-pending   not-pending   not-pending        not-paid
S3     already-ended  revoked       modified      paid          collect-requested  not-paid
S4     already-ended  already-paid  already-paid  already-paid  already-paid       refunded
S4m    already-ended  already-paid  already-paid  already-paid  already-paid       nothing-to-refund
S5     already-ended  order-closed  order-closed  order-closed  order-closed       not-paid
S6     order-closed   order-closed  order-closed  order-closed  order-closed       not-paid
S7     order-closed   order-closed  order-closed  order-closed  order-closed       not-paid
`

// situation is a state of §6.9: how an order gets there, and how it ends when nothing came of what was asked.
type situation struct {
	faults         [][]any
	arrive, finish func(*visit) error
	end            string
	paid           money.Fen
	// did are operations that it took to get there.
	did string
}

// stay is for a state that is an end.
func stay(*visit) error { return nil }

var situations = map[string]situation{
	"S1": {arrive: (*visit).waits, end: "revoked",
		finish: func(v *visit) error { return v.answered(v.Cancel(v.number, "end", ""), "revoked") }},
	"S2": {arrive: (*visit).enter, end: "paid", paid: price,
		finish: func(v *visit) error {
			return firstError(func() error { return v.Publish(v.ctx, v.ended(400)) }, func() error { return v.hears("payment_pending") }, v.byHand)
		}},
	"S3": {did: "complete", arrive: (*visit).owing, finish: (*visit).byHand, end: "paid", paid: price},
	"S4": {did: "complete", arrive: (*visit).bought, finish: stay, end: "paid", paid: price},
	"S4m": {finish: stay, end: "paid", paid: price, did: "complete sync", arrive: func(v *visit) error {
		return firstError(v.owing, func() error {
			wish, err := v.elsewhere("before")
			return errors.Join(err, v.answered(wish, "paid"))
		})
	}},
	"S5": {finish: stay, end: "free", did: "complete", arrive: func(v *visit) error {
		return firstError(v.enter, func() error { return v.Publish(v.ctx, v.ended(0)) }, v.end)
	}},
	"S6": {arrive: jam, finish: stay, end: "revoked", did: "cancel"},
	"S7": {finish: stay, end: "expired", faults: [][]any{{"create", "expires_soon", "delay_ms", 10_000}},
		arrive: func(v *visit) error { return firstError(v.wantsToConfirm, v.end) }},
}

// cell is the story of one word of the table.
func cell(state, operation, answer string) asked {
	at := situations[state]
	code := strings.ReplaceAll(answer, "-", "_")
	s := asked{
		promise: strings.Join([]string{state, operation, answer}, " "), number: state + "-" + operation, faults: at.faults,
		end: at.end, paid: at.paid, executed: map[string]int{operation: 1},
	}
	finish := at.finish
	switch answer {
	case "revoked":
		s.end, s.paid, finish = "revoked", 0, stay
	case "paid", "collect-requested":
		finish = (*visit).end
	case "modified":
		s.paid = lowered
	case "refunded":
		s.refunded = price
	case "completing":
		finish = func(v *visit) error { return firstError(func() error { return v.hears("payment_pending") }, v.byHand) }
	case "parked": // until the user confirms
		s.end, s.paid = "paid", price
		finish = func(v *visit) error {
			return firstError(v.confirms, func() error { return v.hears("payment_pending") }, v.byHand)
		}
	default:
		s.rejected, s.executed[operation] = []string{code}, strings.Count(at.did, operation)
	}
	s.play = func(v *visit) error {
		return firstError(func() error { return at.arrive(v) }, func() error { return v.asks(operation, answer, code) }, func() error { return finish(v) })
	}
	return s
}

// asks asks for an operation and waits for the answer.
func (v *visit) asks(operation, answer, code string) error {
	if operation == "complete" {
		fen := int64(400)
		if code == "already_ended" { // the same again would be the same fact
			fen = 800
		}
		if err := v.Publish(v.ctx, v.ended(fen)); err != nil || answer == "parked" {
			return err
		}
		_, err := v.tracker.AwaitThat(v.ctx, v.number, func(s kiosk.Said) bool { return s.Name == code || s.Code == code })
		return err
	}
	wish, err := v.deskWish(operation, "r1")
	return errors.Join(err, v.answered(wish, code))
}

// deskWish is what the back office asks for.
func (v *visit) deskWish(operation, request string) (kiosk.Wish, error) {
	switch operation {
	case "cancel":
		return v.Cancel(v.number, request, "商品未取出"), nil
	case "modify":
		return v.Modify(v.number, request, lowered, "少取一瓶"), nil
	case "sync":
		return v.elsewhere(request)
	case "pay":
		return v.Collect(v.number, request), nil
	default:
		return v.Refund(v.number, request, "", price, "商品质量问题"), nil
	}
}

func TestWhatIsAskedOfAnOrderHasItsEffectOrATypedRefusal(t *testing.T) {
	inUsualAndHarshest(t, func(t *testing.T, d delivery) {
		var all []asked
		rows := strings.Split(strings.TrimSpace(statesTable), "\n")
		operations := strings.Fields(rows[0])
		for _, row := range rows[1:] {
			for i, answer := range strings.Fields(row) {
				if i > 0 {
					all = append(all, cell(strings.Fields(row)[0], operations[i], answer))
				}
			}
		}
		newWorld(t, tuned(onlyAsked), d.set).ask(t, all)
	})
}
