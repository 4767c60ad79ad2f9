package demo

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/facepay-go/facepay/pkg/money"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
)

// sums holds our totals against the provider's.
func (x *examiner) sums(visits []*visit, b *book) {
	r := x.report
	for _, v := range visits { // the book may have those of an earlier demo in the same folder
		r.ProviderPaidFen += b.orders[v.number].Paid
		r.ProviderPaidElsewhereFen += b.elsewhere[v.number]
		r.ProviderRefundedFen += b.refunded(v.number)
	}
	for _, sum := range []struct {
		what            string
		ours, providers money.Fen
	}{
		{"paid", r.PaidFen, r.ProviderPaidFen}, {"paid elsewhere", r.PaidElsewhereFen, r.ProviderPaidElsewhereFen},
		{"refunded", r.RefundedFen, r.ProviderRefundedFen},
	} {
		if sum.ours != sum.providers {
			x.broken("3 charged = commanded: %s, we say %d fen, the provider's book %d", sum.what, sum.ours, sum.providers)
		}
	}
}

// sync checks what the merchant collected himself.
func (x *examiner) sync(v *visit, said []kiosk.Said, b *book) {
	var ours money.Fen
	for _, s := range said {
		for _, c := range s.Paid.GetCollections() {
			if c.GetPaidBy() == orderv1.PaidBy_PAID_BY_MERCHANT {
				ours += money.Fen(c.GetAmountFen())
			}
		}
	}
	x.report.PaidElsewhereFen += ours
	if want := money.Fen(v.scenario.elsewhere); ours != want || b.elsewhere[v.number] != want {
		x.broken("3 charged = commanded: of %s %d fen were paid elsewhere, provider %d, told %d", v.number, ours, b.elsewhere[v.number], want)
	}
}

// refunds checks what went back: as much as was wanted, each refund once, each of a payment of this order.
func (x *examiner) refunds(v *visit, said []kiosk.Said, b *book) {
	var ours money.Fen
	told := map[string]bool{}
	for _, s := range said {
		if s.Refunded == nil {
			continue
		}
		ours += money.Fen(s.Refunded.GetAmountFen())
		number := s.Refunded.GetOutRefundNo()
		if told[number] {
			x.broken("6 an effect happens once: refund %s was told twice", number)
		}
		told[number] = true
		if whole := money.Fen(s.Refunded.GetRefundedAmountFen()); whole != ours {
			x.broken("3 charged = commanded: %s says %d fen are back in all, they are %d", number, whole, ours)
		}
	}
	for _, r := range b.refunds[v.number] {
		if (r.Status == "SUCCESS") != told[r.OutRefundNo] {
			x.broken("5 our state is the provider's: refund %s is %s there, told as refunded: %t", r.OutRefundNo, r.Status, told[r.OutRefundNo])
		}
	}
	x.report.RefundedFen += ours
	x.rows[v.scenario].refunded += ours
	if want := money.Fen(v.scenario.refunded); ours != want || b.refunded(v.number) != want {
		x.broken("3 charged = commanded: %d fen went back of %s, provider %d, wanted %d", ours, v.number, b.refunded(v.number), want)
	}
}

// tell explains the money of a scenario's first visit, step by step, where there is more to it than a payment.
func (r *row) tell(said []kiosk.Said) {
	if r.told {
		return
	}
	r.told = true
	var a account
	for _, s := range said {
		a.hear(s)
	}
	if a.eventful {
		r.money = strings.Join(append(a.steps, "the merchant has "+a.kept.Yuan()), " → ")
	}
}

// account is the money of one order, told step by step.
type account struct {
	steps []string
	// total is what was to be paid last, kept what the merchant has, by WeChat or otherwise.
	total, kept money.Fen
	// eventful is true where something but a payment happened.
	eventful bool
}

func (a *account) say(form string, fen int64) {
	a.steps = append(a.steps, fmt.Sprintf(form, money.Fen(fen).Yuan()))
}

// hear adds what an event says of the money.
func (a *account) hear(s kiosk.Said) {
	a.eventful = a.eventful || s.Modified != nil || s.Aged != nil || s.Refunded != nil || s.RequestID != ""
	switch {
	case s.Name == "completing":
		a.total = money.Fen(s.Total)
		a.say("to pay %s", s.Total)
	case s.Modified != nil:
		a.total = money.Fen(s.Modified.GetTotalAmountFen())
		a.say("lowered to %s", s.Modified.GetTotalAmountFen())
	case s.Aged != nil:
		a.say("%s owed for "+strconv.FormatInt(s.Aged.GetAgeSeconds(), 10)+" s", s.Aged.GetTotalAmountFen()-s.Aged.GetPaidAmountFen())
	case s.Paid != nil:
		for _, c := range s.Paid.GetCollections() {
			a.eventful = a.eventful || c.GetPaidBy() == orderv1.PaidBy_PAID_BY_MERCHANT
			a.say("%s "+payers[c.GetPaidBy()], c.GetAmountFen())
		}
		a.kept += money.Fen(s.Paid.GetPaidAmountFen())
	case s.Name == "alarm" && s.Code == "paid_twice":
		a.say("%s in cash as well", int64(a.total))
		a.kept += a.total
	case s.Name == "refund_failed":
		a.steps = append(a.steps, "refund failed ("+s.Code+")")
	case s.Refunded != nil:
		a.say("%s refunded", s.Refunded.GetAmountFen())
		a.kept -= money.Fen(s.Refunded.GetAmountFen())
	case s.Name == "fact_rejected":
		a.steps = append(a.steps, "refused ("+s.Code+")")
	case s.Name == "revoked":
		a.eventful = a.eventful || len(a.steps) > 0
		a.steps = append(a.steps, "cancelled")
	}
}

var payers = map[orderv1.PaidBy]string{
	orderv1.PaidBy_PAID_BY_WECHAT: "collected by WeChat", orderv1.PaidBy_PAID_BY_MERCHANT: "paid to the merchant", orderv1.PaidBy_PAID_BY_UNSPECIFIED: "paid",
}
