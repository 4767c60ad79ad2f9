package order

import (
	"bytes"
	"container/heap"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/money"
)

// TestWhateverIsLostOrLateWeEndWhereWeChatEnds lets one order live between a kiosk, a network that loses and delays, a
// process that dies, and a model of WeChat, until nothing happens any more.
func TestWhateverIsLostOrLateWeEndWhereWeChatEnds(t *testing.T) {
	t.Run("shrinking", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			newLife(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }).live(t)
		})
	})
	t.Run("many", func(t *testing.T) {
		ends := map[State]int{}
		for seed := range uint64(4000) {
			random := rand.New(rand.NewPCG(seed, 1))
			l := newLife(random.IntN)
			l.live(named{t, seed})
			ends[l.order.State]++
		}
		for _, s := range []State{Paid, Free, Refused, Revoked, Abandoned} {
			if ends[s] < 20 {
				t.Errorf("only %d of 4000 lives ended as %s: the model is too tame", ends[s], s)
			}
		}
	})
}

// fatal is a test that can be ended.
type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

type named struct {
	*testing.T
	seed uint64
}

func (n named) Fatalf(format string, args ...any) {
	n.T.Helper()
	n.T.Fatalf("seed %d: %s", n.seed, fmt.Sprintf(format, args...))
}

// claim is how long a sweep waits for an errand that does not report.
const claim = 25 * time.Second

// calm is when faults stop.
const calm = 6 * time.Hour

// life is one order with everything around it, on one line of time.
type life struct {
	dice     dice
	now      time.Time
	calendar calendar
	order    Order
	provider provider
	known    bool // we have heard of the order
	busy     bool // an errand is under way
	opened   int
	answered map[string]bool // ends that were accepted or refused
	ends     map[string]bool // ends that were told
	bodies   [][]byte        // create bodies sent
	t        fatal
}

func newLife(d dice) *life {
	l := &life{dice: d, now: t0, order: New("m1", "N1"), answered: map[string]bool{}, ends: map[string]bool{}}
	l.provider = provider{
		dice: d, at: l.at, tell: func(s Seen) { l.apply(Observed{s}) },
		risky: d.one(8), needsConfirm: d.one(20), refuses: d.one(8),
	}
	return l
}

func (l *life) live(t fatal) {
	t.Helper()
	l.t = t
	l.plan()
	for steps := 0; len(l.calendar) > 0; steps++ {
		if steps > 3000 {
			t.Fatalf("no end in sight: %s, next %+v, provider %s/%s", l.order.State, l.order.Todo, l.provider.state, l.provider.description)
		}
		next := heap.Pop(&l.calendar).(appointment)
		l.now = next.at
		next.what()
		l.work()
		if o := l.order; l.known && !o.State.Final() && o.Todo.Op == "" {
			t.Fatalf("%s has nothing to do", o.State)
		}
	}
	l.compare()
}

// plan is what kiosk, gateway and portal will do, whatever comes of it.
func (l *life) plan() {
	d := l.dice
	session := SessionOpened{ServiceID: "500001", OpenedAt: l.now, ExpiresAt: l.now.Add(10 * time.Minute)}
	l.at(d.within(20*time.Second), func() { l.apply(session) })
	if d.one(10) {
		l.at(10*time.Minute+d.within(time.Minute), func() { l.apply(SessionExpired{}) })
	}
	var face Fact = FaceSucceeded{ID: "face", ServiceID: "500001", RiskFund: 10_000}
	if d.one(12) {
		face = FaceFailed{ID: "face", ReturnCode: "USER_CANCEL"}
	}
	for range 1 + d(2) {
		l.at(d.within(time.Minute), func() { l.apply(face) })
	}
	if d.one(6) {
		l.at(d.within(2*time.Minute), func() { l.apply(ServiceAborted{ID: "abort"}) })
	}
	if d.one(4) { // before anybody opened anything
		l.end("early", d.within(time.Minute))
	}
	if d.one(10) {
		l.at(d.within(time.Hour), l.provider.portal)
	}
	// Somebody ends it at last: nothing else ends a service.
	l.at(calm+time.Hour, l.lastEnd)
}

// end tells an end, sometimes twice, sometimes one that cannot be followed.
func (l *life) end(id string, after time.Duration) {
	total := money.Fen([]int64{0, 1, 350, 350, 350, 20_000, 20_001}[l.dice(7)])
	id += total.Yuan()
	e := End{FactID: id, Total: total, Lines: []money.Fen{total}}
	for range 1 + l.dice(2) {
		l.at(after+l.dice.within(time.Minute), func() {
			e := e
			e.HeardAt = l.now
			l.ends[id] = true
			l.apply(ServiceEnded{e})
		})
	}
}

// lastEnd is followed if the order is still served.
func (l *life) lastEnd() {
	l.provider.refuses = false
	if l.order.State == InService && l.order.Parked == nil || l.order.State == Completing {
		l.ends["last"] = true
		l.apply(ServiceEnded{End{FactID: "last" + strconv.Itoa(len(l.ends)), Total: 350, Lines: []money.Fen{350}, HeardAt: l.now}})
		l.at(time.Hour, l.lastEnd)
	}
}

func (l *life) apply(f Fact) {
	s := applied(envAt(l.now), &l.order, f, &l.opened)
	if err := unbroken(s); err != nil {
		l.t.Fatalf("%v", err)
	}
	l.known = l.known || s.moved
	for _, e := range s.events {
		switch e := e.(type) {
		case Opened:
			if l.provider.created == nil {
				l.t.Fatalf("opened, and WeChat has no order")
			}
			l.afterOpened()
		case WasRejected:
			l.answered[e.Rejection.FactID] = true
		}
	}
	if l.order.Ended != nil {
		l.answered[l.order.Ended.FactID] = true
	}
}

// afterOpened is what the kiosk does behind an open door.
func (l *life) afterOpened() {
	switch l.dice(8) {
	case 0:
		l.at(l.dice.within(time.Minute), func() { l.apply(ServiceAborted{ID: "abort2"}) })
	case 1: // the kiosk says nothing
	default:
		l.end("first", l.dice.within(time.Hour))
		if l.dice.one(4) {
			l.end("second", l.dice.within(time.Hour))
		}
	}
}

// work does what the order wants done, when it is time: one errand at once, as the claim sees to it.
func (l *life) work() {
	if l.busy || l.order.Todo.Op == "" {
		return
	}
	if wait := l.order.Todo.At.Sub(l.now); wait > 0 {
		l.at(wait, func() {})
		return
	}
	if l.order.Todo.Op == Think {
		l.apply(TimePassed{})
		l.at(0, func() {})
		return
	}
	l.busy = true
	l.order.Begin(l.now)
	l.send(l.order.Todo.Op, l.order.State)
}

// send puts the request on a bad network.
func (l *life) send(op Op, askedIn State) {
	body := map[Op][]byte{OpCreate: l.order.Create.Body, OpComplete: l.order.Complete.Body, OpCancel: l.order.Cancel.Body}[op]
	if op == OpCreate {
		l.bodies = append(l.bodies, body)
	}
	report := func(a Answered) {
		l.busy = false
		a.AskedIn = askedIn
		l.order.Note(Call{At: l.now, Op: op}, l.order.Send(Todo{Op: op}))
		l.apply(a)
	}
	lost := Answered{Op: op, Verdict: Unknown}
	fate := 0
	if l.now.Before(t0.Add(calm)) {
		fate = l.dice(12)
	}
	const timeout = 10 * time.Second
	switch fate {
	default: // it arrives, and so does the answer
		a := l.provider.land(op, body)
		l.at(l.dice.within(2*time.Second), func() { report(a) })
	case 6: // the answer is lost
		l.provider.land(op, body)
		l.at(timeout, func() { report(lost) })
	case 7: // it arrives long after we stopped waiting
		l.at(l.dice.within(timeout+50*time.Second), func() { l.provider.land(op, body) })
		l.at(timeout, func() { report(lost) })
	case 8: // it never arrives
		l.at(timeout, func() { report(lost) })
	case 9:
		l.at(l.dice.within(time.Second), func() { report(Answered{Op: op, Verdict: NotNow}) })
	case 10:
		l.at(l.dice.within(time.Second), func() { report(Answered{Op: op, Verdict: Misconfigured}) })
	case 11: // we die, and it may still arrive
		if l.dice.one(2) {
			l.at(l.dice.within(timeout+50*time.Second), func() { l.provider.land(op, body) })
		}
		l.at(claim, func() { l.busy = false })
	}
}

// compare is the claim of the test.
func (l *life) compare() {
	o, p := l.order, &l.provider
	want := map[State]bool{}
	switch {
	case p.state == "":
		want[Refused], want[Abandoned] = true, true
	case p.state == "REVOKED":
		want[Revoked] = true
	case p.state == "DONE" && p.total == 0:
		want[Free] = true
	case p.state == "DONE":
		want[Paid] = true
	}
	switch {
	case !want[o.State]:
		l.t.Fatalf("we ended as %s (%s), WeChat as %s/%s", o.State, o.Reason, p.state, p.description)
	case o.PaidFen != p.paid() || o.State == Paid && (o.PaidFen != o.Total() || !(Seen{PaidFen: o.PaidFen, Parts: o.Collections}).itemised()):
		l.t.Fatalf("commanded %d, WeChat collected %d, we know of %d in %v", o.Total(), p.paid(), o.PaidFen, o.Collections)
	case (o.State == Paid || o.State == Free) && l.opened == 0:
		l.t.Fatalf("charged a service that never started")
	}
	for _, b := range l.bodies {
		if !bytes.Equal(b, o.Create.Body) {
			l.t.Fatalf("two create bodies")
		}
	}
	for id := range l.ends {
		if id != "last" && !l.answered[id] {
			l.t.Fatalf("the end %s was neither taken nor refused", id)
		}
	}
}

// at puts something on the line of time.
func (l *life) at(after time.Duration, what func()) {
	heap.Push(&l.calendar, appointment{l.now.Add(after), len(l.calendar), what})
}

type appointment struct {
	at    time.Time
	order int
	what  func()
}

// calendar is a heap by time.
type calendar []appointment

func (c calendar) Len() int { return len(c) }
func (c calendar) Less(i, j int) bool {
	return c[i].at.Before(c[j].at) || c[i].at.Equal(c[j].at) && c[i].order < c[j].order
}
func (c calendar) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c *calendar) Push(a any)   { *c = append(*c, a.(appointment)) }
func (c *calendar) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}
