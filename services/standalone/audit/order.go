package audit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/facepay-go/facepay/pkg/money"
)

// final are the events that end an order.
var final = []string{"paid", "free", "refused", "revoked", "abandoned", "expired"}

// Order is what the streams and the provider hold about one number.
type Order struct {
	Number string
	// Said, Facts, Sessions and Told are distinct by event id: the bus delivers at least once.
	Said, Facts, Sessions, Told []Said
	Row                         Row
	Refunds                     []Refund
	Received                    Received
	// SetAside are subjects of dead letters about it.
	SetAside []string

	broken []Breach
}

// End is the last word on the order, "" while there is none.
func (o *Order) End() string {
	for _, s := range slices.Backward(o.Said) {
		if slices.Contains(final, s.Name) {
			return s.Name
		}
	}
	return ""
}

// PaidFen is what the last proof of payment says; 0 without one. It is the whole, not an addition.
func (o *Order) PaidFen() money.Fen {
	for _, s := range slices.Backward(o.Said) {
		if s.Name == "paid" {
			return s.Paid
		}
	}
	return 0
}

// Of is all about one number.
func (l *Ledger) Of(number string) *Order {
	o := &Order{Number: number, Row: l.Book[number], Refunds: l.Refunds[number], Received: l.Received[number]}
	for _, side := range []struct {
		from map[string][]Said
		into *[]Said
	}{{l.Said, &o.Said}, {l.Facts, &o.Facts}, {l.Sessions, &o.Sessions}, {l.Told, &o.Told}} {
		*side.into = o.distinct(side.from[number])
	}
	return o
}

// distinct drops what was stored again under its id, and notes an id with two contents (6).
func (o *Order) distinct(all []Said) []Said {
	content := make(map[string]Said, len(all))
	var once []Said
	for _, s := range all {
		first, known := content[s.ID]
		if !known {
			content[s.ID] = s
			once = append(once, s)
		} else if first.Content != s.Content {
			o.breach(6, "event %s is both %s and %s", s.ID, first.Name, s.Name)
		}
	}
	return once
}

func (o *Order) breach(invariant int, format string, args ...any) {
	o.broken = append(o.broken, Breach{Invariant: invariant, OutOrderNo: o.Number, Text: fmt.Sprintf(format, args...)})
}

func (o *Order) count(name string) (n int) {
	for _, s := range o.Said {
		if s.Name == name {
			n++
		}
	}
	return n
}

// said reports whether an event of that name was said for which that holds.
func (o *Order) said(name string, that func(Said) bool) bool {
	return slices.ContainsFunc(o.Said, func(s Said) bool { return s.Name == name && that(s) })
}

// refusal is the code by which a fact was refused, "" when it was not.
func (o *Order) refusal(id string) string {
	for _, s := range o.Said {
		if s.Name == "fact_rejected" && s.FactID == id {
			return cmp.Or(s.Code, "refused")
		}
	}
	return ""
}

// alarmed reports an alarm of that code.
func (o *Order) alarmed(code string) bool {
	return o.said("alarm", func(s Said) bool { return s.Code == code })
}

// Broken names every invariant that the order breaks when nothing about it is under way any more.
func (o *Order) Broken() []Breach {
	o.nothingLost()
	o.requestsAnswered()
	o.oneProviderOrder()
	o.chargedAsCommanded()
	o.nobodyPaidTwice()
	o.refundedOnBothSides()
	o.finalIsFinal()
	o.statesAgree()
	o.openedWhenConfirmed()
	o.effectsOnce()
	return o.broken
}
