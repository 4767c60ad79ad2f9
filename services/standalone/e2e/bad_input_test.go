package e2e

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/facepay-go/facepay/pkg/bus"
	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/money"
	kioskv1 "github.com/facepay-go/facepay/proto/gen/facepay/kiosk/v1"
	"github.com/facepay-go/facepay/services/cli"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// badInput is one mistake of a gateway and its typed, named answer.
type badInput struct {
	number string
	// upset makes the mistake, at the moment it says.
	upset moment
	make  func(v *visit) error
	// rejected is the code of the order.fact_rejected, dead that of the dead letter: one of them answers.
	rejected, dead string
	// end and paid are what becomes of the order all the same; "" is: there is no order.
	end  string
	paid money.Fen
}

// moment is when in a visit a mistake is made.
type moment int

const (
	beforeFace   moment = iota // the session is open, nothing was said
	inService                  // the door is open
	afterEnd                   // the order has ended
	outOfTheBlue               // there was no session
)

func (v *visit) bad(change func(*kioskv1.ServiceEnded)) error {
	m := v.ended(400)
	change(m)
	return v.Publish(v.ctx, m)
}

func (v *visit) badFace(change func(*kioskv1.FaceResult)) error {
	face, err := v.show("SUCCESS")
	if err != nil {
		return err
	}
	change(face)
	return v.Publish(v.ctx, face)
}

// raw puts text on the subject of this visit's service_ended.
func (v *visit) raw(text string) error {
	return v.PublishRaw(v.ctx, event.Root+".kiosk.service_ended."+v.Merchant+"."+v.number, []byte(text), "application/json")
}

var badInputs = []badInput{
	{number: "malformed", upset: inService, dead: "event_malformed", end: "paid", paid: price,
		make: func(v *visit) error { return v.raw(`{"merchant":`) }},
	{number: "long-device", upset: beforeFace, rejected: "field_too_long", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.badFace(func(m *kioskv1.FaceResult) { m.Device = &kioskv1.Device{DeviceId: strings.Repeat("柜", 2000)} })
		}},
	{number: "unknown-field", upset: inService, dead: "event_malformed", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.raw(`{"merchant":"` + v.Merchant + `","out_order_no":"` + v.number + `","colour":"red"}`)
		}},
	{number: "other-subject", upset: inService, dead: "subject_mismatch", end: "paid", paid: price,
		make: func(v *visit) error { return v.raw(`{"merchant":"` + v.Merchant + `","out_order_no":"another"}`) }},
	{number: "foreign-merchant", upset: beforeFace, dead: "unknown_merchant", end: "paid", paid: price,
		make: func(v *visit) error { return v.badFace(func(f *kioskv1.FaceResult) { f.Merchant = "nobody" }) }},
	{number: "unknown-service", upset: beforeFace, rejected: "unknown_service", end: "paid", paid: price,
		make: func(v *visit) error { return v.badFace(func(f *kioskv1.FaceResult) { f.ServiceId = "999999" }) }},
	{number: "risk-above-cap", upset: beforeFace, rejected: "risk_fund_range", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.badFace(func(f *kioskv1.FaceResult) { f.RiskFund.AmountFen = stack.Cap + 1 })
		}},
	{number: "second-face", upset: inService, rejected: "face_result_differs", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.badFace(func(f *kioskv1.FaceResult) { f.ServiceIntroduction = "另一个服务" })
		}},
	{number: "formula", upset: inService, rejected: "total_amount_formula", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.bad(func(m *kioskv1.ServiceEnded) { m.TotalAmountFen = new(int64(351)) })
		}},
	{number: "above-cap", upset: inService, rejected: "total_amount_cap", end: "paid", paid: price,
		make: func(v *visit) error { return v.Publish(v.ctx, v.ended(2*stack.Cap)) }},
	{number: "no-total", upset: inService, rejected: "field_required", end: "paid", paid: price,
		make: func(v *visit) error { return v.bad(func(m *kioskv1.ServiceEnded) { m.TotalAmountFen = nil }) }},
	{number: "no-item-amount", upset: inService, rejected: "field_required", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.bad(func(m *kioskv1.ServiceEnded) { m.PostPayments[0].AmountFen = nil })
		}},
	{number: "negative", upset: inService, rejected: "amount_negative", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.bad(func(m *kioskv1.ServiceEnded) {
				m.PostDiscounts, m.PostPayments[0].AmountFen, m.TotalAmountFen = nil, new(int64(-1)), new(int64(-1))
			})
		}},
	{number: "overflow", upset: inService, rejected: "amount_overflow", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.bad(func(m *kioskv1.ServiceEnded) {
				most := int64(math.MaxInt64)
				m.PostPayments = append(m.PostPayments, &kioskv1.Payment{Name: "二", AmountFen: &most})
			})
		}},
	{number: "from-tomorrow", upset: inService, rejected: "end_time_in_future", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.bad(func(m *kioskv1.ServiceEnded) { m.EndTime = timestamppb.New(v.Clock.Now().Add(24 * time.Hour)) })
		}},
	{number: "before-start", upset: inService, rejected: "end_before_start", end: "paid", paid: price,
		make: func(v *visit) error {
			return v.bad(func(m *kioskv1.ServiceEnded) { m.EndTime = timestamppb.New(v.Clock.Now().Add(-24 * time.Hour)) })
		}},
	{number: "ended-again", upset: afterEnd, rejected: "already_ended", end: "paid", paid: price,
		make: func(v *visit) error { return v.Publish(v.ctx, v.ended(800)) }},
	{number: "abort-after-end", upset: afterEnd, rejected: "already_ended", end: "paid", paid: price,
		make: func(v *visit) error { return v.Publish(v.ctx, v.aborted()) }},
	{number: "ended-when-closed", upset: afterEnd, rejected: "order_closed", end: "revoked",
		make: func(v *visit) error { return v.Publish(v.ctx, v.ended(400)) }},
	{number: "nobodys-number", upset: outOfTheBlue, rejected: "no_face_result", end: "abandoned",
		make: func(v *visit) error { return v.Publish(v.ctx, v.ended(400)) }},
}

func TestEveryMistakeOfAGatewayHasANamedAnswerAndMovesNoMoney(t *testing.T) {
	t.Parallel()
	// Two seconds are long enough to wait for a face that never comes.
	w := newWorld(t, tuned(func(c *stack.Configs) { c.Order.Timers.ParkFor = time.Minute }))
	var visits []*visit
	var numbers []string
	for _, b := range badInputs {
		visits, numbers = append(visits, w.visit(b.number)), append(numbers, b.number)
	}
	if err := w.together(visits, func(v *visit) error { return badInputs[slices.Index(numbers, v.number)].play(v) }); err != nil {
		t.Fatal(err)
	}
	w.quiet(numbers...)
	l := w.ledger(t)
	letters, err := w.bus.DeadLetters(w.ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range badInputs {
		t.Run(b.number, func(t *testing.T) {
			a := l.endedOnce(t, b.number, b.end, b.paid)
			b.isAnswered(t, w, a, letters)
		})
	}
	t.Run("no secret left its place", func(t *testing.T) { w.secretsStayed(t, numbers...) })
}

// play makes a whole visit with the mistake in it; everything else is done right.
func (b badInput) play(v *visit) error {
	if b.upset == outOfTheBlue {
		return firstError(func() error { return b.make(v) }, v.end)
	}
	face, err := v.look()
	if err != nil {
		return err
	}
	mistake := func(at moment) func() error {
		return func() error {
			if at != b.upset {
				return nil
			}
			return firstError(func() error { return b.make(v) }, func() error { return b.answered(v) })
		}
	}
	var last proto.Message = v.ended(400)
	if b.end == "revoked" {
		last = v.aborted()
	}
	return firstError(
		mistake(beforeFace), func() error { return v.Publish(v.ctx, face) }, v.door,
		mistake(inService), func() error { return v.Publish(v.ctx, last) }, v.end,
		mistake(afterEnd))
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// answered waits for the answer.
func (b badInput) answered(v *visit) error {
	return v.until(fmt.Sprintf("the answer %s%s", b.rejected, b.dead), func() (bool, error) {
		for _, s := range v.tracker.Of(v.number) {
			if s.Name == "fact_rejected" && s.Code == b.rejected {
				return true, nil
			}
		}
		letters, err := v.bus.DeadLetters(v.ctx, 0)
		return slices.ContainsFunc(letters, func(l bus.DeadLetter) bool { return b.isLetter(l) }), err
	})
}

func (b badInput) isLetter(l bus.DeadLetter) bool {
	return strings.HasSuffix(l.Subject, "."+b.number) && l.Code == b.dead
}

// isAnswered checks the one answer and that an operator sees it.
func (b badInput) isAnswered(t *testing.T, w *world, a account, letters []bus.DeadLetter) {
	t.Helper()
	var want []string
	if b.rejected != "" {
		want = []string{b.rejected}
	}
	if got := a.codes("fact_rejected"); !slices.Equal(got, want) {
		t.Errorf("refused with %v, want %v", got, want)
	}
	dead := slices.DeleteFunc(slices.Clone(letters), func(l bus.DeadLetter) bool { return !strings.HasSuffix(l.Subject, "."+b.number) })
	switch {
	case b.dead == "" && len(dead) > 0:
		t.Errorf("%d dead letters, the first %s", len(dead), dead[0].Code)
	case b.dead != "" && (len(dead) == 0 || slices.ContainsFunc(dead, func(l bus.DeadLetter) bool { return !b.isLetter(l) || l.Class != "terminal" })):
		t.Errorf("the dead letters are %v, want code %s", dead, b.dead)
	case b.number == "unknown-field" && !strings.Contains(dead[0].Text, "colour"):
		t.Errorf("the field at fault is not named: %s", dead[0].Text)
	}
	if b.rejected == "" {
		return // the dead letter is the sight of it
	}
	story, err := cli.Tell(w.ctx, w.bus, stack.Merchant, b.number)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(story.Lines, func(l cli.Line) bool { return l.Kind == "rejected" && strings.Contains(l.Title, b.rejected) }) {
		t.Errorf("order show does not tell of %s: %v", b.rejected, story.Lines)
	}
}
