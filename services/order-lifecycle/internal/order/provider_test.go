package order

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// dice picks a number below n. Behind it is rapid, which shrinks what it finds, or a seed, which is fast.
type dice func(n int) int

func (d dice) one(in int) bool { return d(in) == 0 }

func (d dice) within(most time.Duration) time.Duration {
	return time.Duration(d(int(most/time.Millisecond)+1)) * time.Millisecond
}

// provider is WeChat's side of one order as the sheet tells it (§6): what a request does when it lands, and what a query
// shows. It knows nothing of ours.
type provider struct {
	dice dice
	at   func(after time.Duration, what func())
	tell func(Seen)

	state, description string // "" when there is no order
	created            []byte // the create that made it
	total              money.Fen
	parts              []Collection
	risky              bool // this user is refused
	needsConfirm       bool // the service was set up wrongly: CREATED instead of DOING
	refuses            bool // completions are refused
}

func (p *provider) paid() (sum money.Fen) {
	for _, c := range p.parts {
		sum += c.Amount
	}
	return sum
}

func (p *provider) seen() Seen {
	s := Seen{State: p.state, Description: p.description, OrderID: "W1", ServiceID: "500001", PaidFen: p.paid(), Parts: slices.Clone(p.parts)}
	if p.description == "MCH_COMPLETE" || p.state == "DONE" {
		s.Total = new(p.total)
	}
	switch {
	case p.state == "DONE" && p.total > 0:
		s.Collection = "USER_PAID"
	case p.description == "MCH_COMPLETE" && !p.dice.one(3): // just after completion it may be missing
		s.Collection = "USER_PAYING"
	}
	return s
}

// land carries out what reached WeChat and says what it answers.
func (p *provider) land(op Op, body []byte) Answered {
	switch op {
	case OpCreate:
		return p.create(body)
	case OpComplete:
		return p.complete(body)
	case OpCancel:
		return p.cancel()
	default:
		if p.state == "" {
			return Answered{Op: op, Verdict: Missing}
		}
		return p.yes(op)
	}
}

func (p *provider) yes(op Op) Answered {
	return Answered{Op: op, Verdict: Accepted, Seen: new(p.seen())}
}

func (p *provider) create(body []byte) Answered {
	switch {
	case p.state == "" && p.risky:
		return Answered{Op: OpCreate, Verdict: Refusal, Reason: "risk"}
	case p.state == "":
		p.state, p.description, p.created = "DOING", "USER_CONFIRM", body
		if p.needsConfirm {
			p.state, p.description = "CREATED", ""
		}
	case p.dice.one(4): // observed: a repetition found odd instead of answered with the order
		return Answered{Op: OpCreate, Verdict: Ask}
	}
	return p.yes(OpCreate)
}

func (p *provider) complete(body []byte) Answered {
	switch {
	case p.state == "DOING" && p.description == "USER_CONFIRM" && p.refuses:
		return Answered{Op: OpComplete, Verdict: Refusal, Reason: "above_cap"}
	case p.state == "DOING" && p.description == "USER_CONFIRM":
		var total int64
		_, _ = fmt.Sscanf(string(body), "complete %d", &total)
		p.total = money.Fen(total)
		if p.state, p.description = "DOING", "MCH_COMPLETE"; p.total == 0 {
			p.state, p.description = "DONE", ""
			break
		}
		p.at(p.dice.within(72*time.Hour), func() { p.deduct(p.total) })
	case p.dice.one(2): // sources disagree on a repetition (§6.4)
		return Answered{Op: OpComplete, Verdict: Ask}
	}
	return p.yes(OpComplete)
}

// deduct collects the rest, or a part of it first.
func (p *provider) deduct(rest money.Fen) {
	if p.description != "MCH_COMPLETE" {
		return
	}
	part := rest
	if rest > 1 && p.dice.one(4) {
		part = rest / 2
		p.at(p.dice.within(48*time.Hour), func() { p.deduct(rest - part) })
	}
	p.parts = append(p.parts, Collection{TransactionID: "T" + strconv.Itoa(len(p.parts)+1), Amount: part})
	if part == rest {
		p.state, p.description = "DONE", ""
		for range p.dice(4) { // notified not at all, once, or several times
			s := told(p.seen())
			if p.dice.one(4) {
				s.Parts = nil // entities may be partial (§7.3)
			}
			p.at(p.dice.within(time.Hour), func() { p.tell(s) })
		}
	}
}

func (p *provider) cancel() Answered {
	switch {
	case p.state == "CREATED", p.description == "USER_CONFIRM", p.state == "REVOKED" && p.dice.one(2):
		p.state, p.description = "REVOKED", ""
		return Answered{Op: OpCancel, Verdict: Accepted}
	default:
		return Answered{Op: OpCancel, Verdict: Ask}
	}
}

// portal is somebody who cancels in the merchant portal.
func (p *provider) portal() {
	if p.description == "USER_CONFIRM" {
		p.state, p.description = "REVOKED", ""
	}
}
