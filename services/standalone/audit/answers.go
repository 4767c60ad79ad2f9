package audit

// requestsAnswered holds that each request of the back office has exactly one answer: of the requests that share a number
// one at most is followed, and none is both followed and refused (6). That it has one at all is invariant 1.
func (o *Order) requestsAnswered() {
	followed := map[string]int{}
	for _, f := range o.Facts {
		if f.RequestID == "" {
			continue
		}
		switch refused := o.refusal(f.ID); {
		case refused == "":
			if followed[f.RequestID]++; followed[f.RequestID] == 2 {
				o.breach(6, "two requests of the number %s were followed", f.RequestID)
			}
		case refused != "request_id_conflict" && o.answers(f) > 0:
			o.breach(6, "%s %s was followed and refused (%s)", f.Name, f.RequestID, refused)
		}
	}
}

// answers counts the events, other than a refusal, that answer a request by its number. What ends an order names none: a
// cancel and a payment elsewhere are answered by the end.
func (o *Order) answers(f Said) (n int) {
	for _, s := range o.Said {
		if s.RequestID == f.RequestID && answeredBy[f.Name] == s.Name {
			n++
		}
	}
	if f.Name == "refund_requested" && n == 0 && o.said("refund_failed", func(s Said) bool { return s.RequestID == f.RequestID }) {
		n++ // one that failed may succeed after all: that is one answer
	}
	return n
}

// answeredBy has the event that answers a fact of the back office, where it names the request.
var answeredBy = map[string]string{
	"amount_modify_requested": "modified", "collect_requested": "collect_requested", "refund_requested": "refunded",
}

// sent is how many requests of a kind can have been sent to the provider at most: those that were followed, and those
// that were refused by the provider or by what came before its answer.
func (o *Order) sent(fact string) (n int) {
	for _, f := range o.Facts {
		if f.Name != fact {
			continue
		}
		switch o.refusal(f.ID) {
		case "", "provider_refused", "already_paid", "order_closed", "superseded":
			n++
		}
	}
	return n
}
