package audit

import (
	"fmt"
	"slices"
	"time"
)

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
		case (s.Name == "refunded" || s.Name == "refund_failed") && o.PaidFen() > 0: // and goes back
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

// openedWhenConfirmed holds that the door of a need-confirm order opens after its user has confirmed it (5).
func (o *Order) openedWhenConfirmed() {
	if !slices.ContainsFunc(o.Facts, func(f Said) bool { return f.Name == "service_requested" && f.Confirmed }) {
		return
	}
	for _, s := range o.Said {
		if s.Name == "opened" && (o.Row.ConfirmedAt.IsZero() || s.At.Before(o.Row.ConfirmedAt.Truncate(time.Millisecond))) {
			o.breach(5, "the door was opened before the user confirmed the order")
		}
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
		case "receivable_aged":
			what += fmt.Sprintf(" of %d s", s.Age)
		case "refunded", "refund_failed":
			what += " of " + s.OutRefundNo
		case "modified", "collect_requested":
			what += " of " + s.RequestID
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
