package audit

import (
	"slices"
	"strings"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/money"
)

// Promises are what facepay acknowledged to whoever drove it.
type Promises struct {
	// Sessions are the numbers of which open_session was answered.
	Sessions []string
	// Facts are the ids of kiosk facts that have a PubAck, by number.
	Facts map[string][]string
}

// Findings are what an audit found.
type Findings struct {
	// Orders counts numbers, Ends them by their last word.
	Orders int
	Ends   map[string]int
	// PaidFen is the sum of our last words, ProviderPaidFen that of the book.
	PaidFen, ProviderPaidFen money.Fen
	// Notifications are the deliveries that our door answered 200, Duplicates those of a fact it had.
	Notifications, Duplicates int
	Alarms, Rejections        int
	DeadLetters               int
	// Refusals counts the 4xx of the provider by why they were not ours to avoid; AvoidableRefusals are the others, which
	// are also among Broken.
	Refusals          map[string]int
	AvoidableRefusals int
	// Requests counts what the back office asked for by operation and answer: "refund_requested: refunded".
	Requests map[string]int
	// RefundedFen is the sum of our refunds.
	RefundedFen money.Fen
	// Broken is empty when every invariant holds.
	Broken []Breach
}

// Examine holds all orders of the ledger, and what was promised, against the invariants.
func (l *Ledger) Examine(p Promises) Findings {
	f := Findings{Ends: map[string]int{}, Refusals: map[string]int{}, Requests: map[string]int{}, DeadLetters: len(l.DeadLetters)}
	setAside := l.setAside()
	for _, number := range l.Numbers() {
		o := l.Of(number)
		o.SetAside = setAside[event.Token(number)]
		f.Orders++
		f.Ends[o.End()]++
		f.PaidFen += o.PaidFen()
		f.ProviderPaidFen += o.Row.Paid
		f.Notifications += o.Received.Accepted
		f.Duplicates += o.Received.Accepted - o.Received.Delivered
		f.Alarms += o.count("alarm")
		f.Rejections += o.count("fact_rejected")
		f.Broken = append(f.Broken, o.Broken()...)
		avoidable := o.refusals(f.Refusals)
		f.AvoidableRefusals += len(avoidable)
		f.Broken = append(f.Broken, avoidable...)
		o.countRequests(f.Requests)
		for _, r := range o.Refunds {
			if r.Status == refundSucceeded {
				f.RefundedFen += r.Amount
			}
		}
	}
	avoidable := (&Order{Received: l.Received[""]}).refusals(f.Refusals)
	f.AvoidableRefusals += len(avoidable)
	f.Broken = append(f.Broken, avoidable...)
	f.Broken = append(f.Broken, l.unkept(p)...)
	if f.PaidFen != f.ProviderPaidFen {
		f.Broken = append(f.Broken, Breach{Invariant: 3, Text: "in all we say " + f.PaidFen.Yuan() + " yuan were paid, the provider " + f.ProviderPaidFen.Yuan()})
	}
	return f
}

// countRequests counts what the back office asked of the order, by operation and answer.
func (o *Order) countRequests(count map[string]int) {
	for _, f := range o.Facts {
		switch f.Name {
		case "cancel_requested", "amount_modify_requested", "paid_elsewhere", "collect_requested", "refund_requested", "service_requested":
			count[f.Name+": "+o.answer(f)]++
		}
	}
}

// answer names what became of a request.
func (o *Order) answer(f Said) string {
	if code := o.refusal(f.ID); code != "" {
		return code
	}
	for _, s := range slices.Backward(o.Said) {
		if f.RequestID != "" && s.RequestID == f.RequestID && s.Name != "fact_rejected" {
			return s.Name
		}
	}
	return o.End()
}

// unkept names what was acknowledged and is not stored (1).
func (l *Ledger) unkept(p Promises) (broken []Breach) {
	for _, number := range p.Sessions {
		if !has(l.Sessions[number], func(s Said) bool { return s.Name == "session_opened" }) {
			broken = append(broken, Breach{1, number, "its session was answered and never published"})
		}
	}
	for number, ids := range p.Facts {
		for _, id := range ids {
			if !has(l.Facts[number], func(s Said) bool { return s.ID == id }) {
				broken = append(broken, Breach{1, number, "fact " + id + " was acknowledged and is not on the stream"})
			}
		}
	}
	return broken
}

func has(all []Said, is func(Said) bool) bool {
	for _, s := range all {
		if is(s) {
			return true
		}
	}
	return false
}

// setAside gives the subjects of dead letters by the token of the number they are about.
func (l *Ledger) setAside() map[string][]string {
	by := map[string][]string{}
	for _, d := range l.DeadLetters {
		if tokens := strings.Split(d.Subject, "."); len(tokens) > 4 {
			by[tokens[4]] = append(by[tokens[4]], d.Subject+" ("+d.Service+", "+d.Code+")")
		}
	}
	return by
}
