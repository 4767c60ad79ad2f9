package order

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

// TestWhateverTheBackOfficeAsksAndTheNetworkDoesMoneyAddsUp lets an order that WeChat collects live between a back office
// that asks for everything, a network that loses, delays and repeats, a replica that stands still with an answer in hand,
// and a model of WeChat, until nothing happens any more.
func TestWhateverTheBackOfficeAsksAndTheNetworkDoesMoneyAddsUp(t *testing.T) {
	ends, refunded, twice := map[State]int{}, 0, 0
	for seed := uint64(1300); seed < 2100; seed++ { // 1725 once took a late answer for proof
		random := rand.New(rand.NewPCG(seed, 2))
		l := newDeskLife(random.IntN)
		l.live(named{t, seed})
		ends[l.order.State]++
		if l.order.RefundedFen > 0 {
			refunded++
		}
		if strings.Contains(fmt.Sprint(l.order.Alarms), "paid_twice") {
			twice++
		}
	}
	if ends[Paid] < 200 || ends[Revoked] < 20 || refunded < 80 || twice < 20 {
		t.Errorf("the model is too tame: %v, %d refunded, %d paid twice", ends, refunded, twice)
	}
}

type deskLife struct {
	*life
	book     *book
	rejected map[string]int
	bodies   map[string]string // of modify and sync, by request_id
	saidPaid money.Fen         // what the cashier took
}

func newDeskLife(d dice) *deskLife {
	l := &deskLife{life: newLife(d), rejected: map[string]int{}, bodies: map[string]string{}}
	l.provider = provider{dice: d, at: l.at, tell: func(s Seen) { l.hear(Observed{s}) }}
	l.book = &book{provider: &l.life.provider, refunds: map[string]*booked{}, done: map[string]bool{}, tellRefund: func(f RefundTold) { l.hear(f) }}
	return l
}

func (l *deskLife) live(t fatal) {
	t.Helper()
	l.t = t
	l.hear(FaceSucceeded{ID: "face", ServiceID: "500001", RiskFund: 10_000})
	l.order.Begin(l.now)
	l.hear(l.provider.land(OpCreate, l.order.Create.Body))
	l.now = l.now.Add(time.Minute)
	l.hear(ServiceEnded{End{FactID: "end", Total: 3500, Lines: []money.Fen{3500}, HeardAt: l.now}})
	l.order.Begin(l.now)
	l.provider.state, l.provider.description, l.provider.total = "DOING", "MCH_COMPLETE", 3500
	l.hear(l.provider.yes(OpComplete))
	l.at(l.dice.within(72*time.Hour), l.book.deduct)
	l.known = true
	l.plan()
	for steps := 0; len(l.calendar) > 0; steps++ {
		if steps > 6000 {
			t.Fatalf("no end in sight: %s, next %+v", l.order.State, l.order.Next())
		}
		next := heap.Pop(&l.calendar).(appointment)
		l.now = next.at
		next.what()
		l.work()
	}
	l.audit()
}

// plan is what the back office asks for, some of it twice.
func (l *deskLife) plan() {
	d := l.dice
	over := []time.Duration{20 * time.Minute, 96 * time.Hour}[d(2)]
	for i := range 2 + d(8) {
		id := fmt.Sprint("r", i)
		elsewhere := elsewhereAsk(id)
		elsewhere.PaidAt = elsewhere.PaidAt.Add(time.Duration(i) * time.Second) // no two syncs have the same bytes
		asks := []Fact{
			modifyAsk(id, money.Fen(1000+10*d(240)+i)), collectAsk(id), elsewhere, cancelAsk(id),
			refundAsk(id, money.Fen(1+d(3500))), refundAsk(id, money.Fen(1+d(1000))),
		}
		ask := asks[d(len(asks))]
		when := l.dice.within(over)
		aimed := sync.OnceValue(func() Fact { return l.aimed(ask) }) // what comes again is the same
		for range 1 + d(2) {
			l.at(when+d.within(time.Minute), func() { l.hear(aimed()) })
		}
	}
}

// aimed gives a refund the payment that it is about, when there are several, and says what of it the customer paid elsewhere.
func (l *deskLife) aimed(f Fact) Fact {
	switch f := f.(type) {
	case RefundAsked:
		if len(l.order.Collections) > 1 {
			f.TransactionID = l.order.Collections[l.dice(len(l.order.Collections))].TransactionID
		}
		return f
	case ElsewherePaid:
		f.Amount = l.order.Total()
		if l.dice.one(2) {
			f.Amount -= l.order.PaidFen
		}
		return f
	}
	return f
}

func (l *deskLife) hear(f Fact) {
	before := len(l.order.Rejections)
	if paid, ok := f.(ElsewherePaid); ok {
		defer func() {
			if w := l.order.Work; w != nil && w.RequestID == paid.RequestID {
				l.saidPaid = max(l.saidPaid, paid.Amount)
			}
		}()
	}
	l.apply(f)
	if w := l.order.Work; w != nil {
		l.bodies[w.RequestID] = string(w.Request.Body)
	}
	for _, r := range l.order.Rejections[before:] {
		l.rejected[r.FactID]++
	}
}

func (l *deskLife) work() {
	next := l.order.Next()
	if l.busy || next.Op == "" {
		return
	}
	if wait := next.At.Sub(l.now); wait > 0 {
		l.at(wait, func() {})
		return
	}
	if next.Op == Think {
		l.hear(TimePassed{})
		l.at(0, func() {})
		return
	}
	l.busy = true
	l.order.Begin(l.now)
	l.send(next)
}

func (l *deskLife) send(todo Todo) {
	var body []byte
	if r := l.order.request(todo); r != nil {
		body = r.Body
	}
	send, askedIn, began := l.order.Send(todo), l.order.State, l.now
	free := true
	report := func(f Fact) {
		if free {
			l.busy = false
		}
		switch a := f.(type) {
		case Answered:
			a.AskedIn, a.About, a.AskedAt = askedIn, send.About, began
			f = a
		case RefundAnswered:
			a.AskedAt = began
			f = a
		}
		l.order.Note(Call{At: l.now, Op: todo.Op, Refund: todo.Refund}, send)
		l.hear(f)
	}
	verdict := func(v Verdict) Fact {
		if todo.Refund != "" {
			return RefundAnswered{RequestID: todo.Refund, Op: todo.Op, Verdict: v}
		}
		return Answered{Op: todo.Op, Verdict: v}
	}
	land := func() Fact { return l.book.land(todo, body) }
	const timeout = 10 * time.Second
	fate := 0
	if l.now.Before(t0.Add(120 * time.Hour)) {
		fate = l.dice(16)
	}
	switch fate {
	default:
		f := land()
		l.at(l.dice.within(2*time.Second), func() { report(f) })
	case 7:
		land()
		l.at(timeout, func() { report(verdict(Unknown)) })
	case 8:
		l.at(l.dice.within(timeout+40*time.Second), func() { land() })
		l.at(timeout, func() { report(verdict(Unknown)) })
	case 9:
		l.at(timeout, func() { report(verdict(Unknown)) })
	case 10, 11:
		l.at(l.dice.within(time.Second), func() { report(verdict(NotNow)) })
	case 12: // we die, and it may still arrive
		if l.dice.one(2) {
			l.at(l.dice.within(timeout+40*time.Second), func() { land() })
		}
		l.at(claim, func() { l.busy = false })
	case 13: // we stand still with the answer in hand, and somebody else goes on
		f := land()
		free = false
		l.at(claim, func() { l.busy = false })
		l.at(claim+l.dice.within(5*time.Minute), func() { report(f) })
	}
}

// audit is the claim of the test.
func (l *deskLife) audit() {
	o, p := l.order, &l.life.provider
	for _, r := range o.Desk {
		if r.Outcome == "provider_refused" && l.book.done[l.bodies[r.RequestID]] {
			l.t.Fatalf("%s (%s) was refused by us and carried out by WeChat", r.RequestID, r.Fact)
		}
		if refund := o.refund(r.RequestID); r.Outcome == "" && (refund == nil || refund.State != RefundAbnormal) {
			l.t.Fatalf("%s (%s) was never answered: %s", r.RequestID, r.Fact, o.State)
		}
	}
	for id, n := range l.rejected {
		if n > 1 {
			l.t.Fatalf("%s was refused %d times", id, n)
		}
	}
	switch {
	case p.state == "DONE" && o.State != Paid, p.state == "REVOKED" && o.State != Revoked:
		l.t.Fatalf("we ended as %s, WeChat as %s", o.State, p.state)
	case o.State == Paid && o.PaidElsewhere == 0 && o.PaidFen != o.Total():
		l.t.Fatalf("paid %d, commanded %d: %v", o.PaidFen, o.Total(), o.Alarms)
	case o.PaidFen != p.paid():
		l.t.Fatalf("WeChat collected %d in %v, we know of %d in %v (%v)", p.paid(), p.parts, o.PaidFen, o.Collections, o.Alarms)
	}
	var went money.Fen
	back := map[string]money.Fen{}
	for _, b := range l.book.refunds {
		if b.status == "SUCCESS" {
			went += b.amount
			back[b.transaction] += b.amount
		}
	}
	if went != o.RefundedFen {
		l.t.Fatalf("%d went back, we know of %d", went, o.RefundedFen)
	}
	for _, c := range p.parts {
		if back[c.TransactionID] > c.Amount {
			l.t.Fatalf("%d of %d went back", back[c.TransactionID], c.Amount)
		}
	}
	l.auditExcess()
}

// auditExcess holds what went back by itself against what nobody owed, as the model of WeChat and the cashier know it.
func (l *deskLife) auditExcess() {
	o, p := l.order, &l.life.provider
	if o.State != Paid {
		return
	}
	var byWeChat, byMerchant, automatic, byHand money.Fen
	for _, c := range p.parts {
		if c.ByMerchant {
			byMerchant += c.Amount
		} else {
			byWeChat += c.Amount
		}
	}
	failed := alarmed(&o, "auto_refund_failed") || alarmed(&o, "auto_refund_impossible")
	for _, b := range l.book.refunds {
		switch {
		case b.status == "CLOSED":
		case strings.HasPrefix(b.id, "auto-"):
			automatic += b.amount
		default:
			byHand += b.amount
		}
	}
	unowed := byWeChat + max(byMerchant, l.saidPaid) - p.total
	switch {
	case automatic > max(0, unowed):
		l.t.Fatalf("%d went back by itself, %d were not owed: parts %v, paid elsewhere %d, total %d", automatic, unowed, p.parts, l.saidPaid, p.total)
	case automatic+byHand < min(unowed, byWeChat) && !failed:
		l.t.Fatalf("%d went back, %d were not owed: parts %v, paid elsewhere %d, total %d, refunds %+v", automatic+byHand, unowed, p.parts, l.saidPaid, p.total, o.Refunds)
	}
}
