package audit

import (
	"fmt"
	"slices"

	"github.com/facepay-go/facepay/pkg/money"
)

// final are the events that end an order.
var final = []string{"paid", "free", "refused", "revoked", "abandoned"}

// Order is what the streams and the provider hold about one number.
type Order struct {
	Number string
	// Said, Facts, Sessions and Told are distinct by event id: the bus delivers at least once.
	Said, Facts, Sessions, Told []Said
	Row                         Row
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
	o := &Order{Number: number, Row: l.Book[number], Received: l.Received[number]}
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

// refusedFact reports that a fact was answered by a fact_rejected.
func (o *Order) refusedFact(id string) bool {
	return slices.ContainsFunc(o.Said, func(s Said) bool { return s.Name == "fact_rejected" && s.FactID == id })
}

// Broken names every invariant that the order breaks when nothing about it is under way any more.
func (o *Order) Broken() []Breach {
	o.nothingLost()
	o.oneProviderOrder()
	o.chargedAsCommanded()
	o.finalIsFinal()
	o.statesAgree()
	o.effectsOnce()
	return o.broken
}

// nothingLost is invariant 1.
func (o *Order) nothingLost() {
	if o.End() == "" {
		o.breach(1, "it never ended (events: %v)", Names(o.Said))
	}
	for _, f := range o.Facts {
		if !o.followed(f) && !o.refusedFact(f.ID) {
			o.breach(1, "%s %s has no effect and no refusal (events: %v)", f.Name, f.ID, Names(o.Said))
		}
	}
	if o.Received.Delivered > 0 && len(o.Told) == 0 {
		o.breach(1, "%d notifications were answered 200, none was published", o.Received.Delivered)
	}
	for _, subject := range o.SetAside {
		o.breach(1, "%s became a dead letter", subject)
	}
}

// followed reports that a fact had its effect.
func (o *Order) followed(f Said) bool {
	switch f.Name {
	case "face_result":
		return o.count("opened") > 0 || slices.Contains([]string{"refused", "revoked", "abandoned"}, o.End())
	case "service_ended":
		return slices.ContainsFunc(o.Said, func(s Said) bool { return s.Name == "completing" && s.Total == f.Total })
	case "service_aborted": // an order that is closed already has what an abort wants
		return slices.Contains([]string{"refused", "revoked", "abandoned"}, o.End())
	}
	return true
}

// oneProviderOrder is invariant 2. That the book has a number once is checked where it is read.
func (o *Order) oneProviderOrder() {
	for _, op := range []string{"create", "complete", "cancel"} {
		if n := o.Received.Executed[op]; n > 1 {
			o.breach(2, "%s was executed %d times", op, n)
		}
		if n := o.Received.Bodies[op]; n > 1 {
			o.breach(2, "%d different bodies were sent to %s", n, op)
		}
	}
}

// chargedAsCommanded is invariant 3.
func (o *Order) chargedAsCommanded() {
	if paid := o.PaidFen(); paid != o.Row.Paid {
		o.breach(3, "we say %d fen were paid, the provider %d", paid, o.Row.Paid)
	}
	if n := len(o.Row.TransactionIDs); n > 1 {
		o.breach(3, "the provider collected %d times", n)
	}
	if o.Row.Paid == 0 {
		return
	}
	commanded := slices.ContainsFunc(o.Said, func(s Said) bool { return s.Name == "completing" && s.Total == o.Row.Paid })
	asked := slices.ContainsFunc(o.Facts, func(s Said) bool { return s.Name == "service_ended" && s.Total == o.Row.Paid })
	if !commanded || !asked {
		o.breach(3, "%d fen were collected, which no kiosk asked for or no order.completing commanded", o.Row.Paid)
	}
}

// finalIsFinal is invariant 4.
func (o *Order) finalIsFinal() {
	ended := ""
	alarmed := false
	for _, s := range o.Said {
		switch {
		case s.Name == "alarm":
			alarmed = true
		case s.Name == "fact_rejected", ended == "":
		case s.Name == "paid" && alarmed: // money has the last word
		default:
			o.breach(4, "%s was said after %s (events: %v)", s.Name, ended, Names(o.Said))
		}
		if ended == "" && slices.Contains(final, s.Name) {
			ended = s.Name
		}
	}
}

// statesAgree is invariant 5.
func (o *Order) statesAgree() {
	if end := o.End(); end != "" && !o.Row.Agrees(end) {
		o.breach(5, "it is %s for us, %s for the provider", end, o.Row.End())
	}
}

// effectsOnce is invariant 6, over events of different ids.
func (o *Order) effectsOnce() {
	seen := map[string]bool{}
	for _, s := range o.Said {
		what := s.Name
		switch s.Name {
		case "alarm": // each code once in an order's life
			what += " " + s.Code
		case "fact_rejected":
			what += " of " + s.FactID
		}
		if seen[what] && !o.repeatable(s) {
			o.breach(6, "%s was said twice (events: %v)", what, Names(o.Said))
		}
		seen[what] = true
	}
	// A number that the sandbox's journal lost in a kill has no counts.
	if told := len(o.Told); o.Received.OutOrderNo != "" && told > o.Received.Notices {
		o.breach(6, "%d notifications were published of %d facts", told, o.Received.Notices)
	}
}

// repeatable: another amount is another payment, and an end that the provider refused may be commanded anew.
func (o *Order) repeatable(s Said) bool {
	return s.Name == "paid" && o.count("alarm") > 0 ||
		s.Name == "completing" && slices.ContainsFunc(o.Said, func(r Said) bool { return r.Code == "provider_refused" })
}
