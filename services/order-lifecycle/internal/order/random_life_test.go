package order

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/facepay-go/facepay/pkg/money"
)

// TestRandomFactsInRandomOrderKeepTheInvariants lets facts of every source, true or not, doubled and in any order, work
// on an order from any situation on, and holds all invariants after every one of them.
func TestRandomFactsInRandomOrderKeepTheInvariants(t *testing.T) {
	visited := map[State]map[column]int{}
	for _, s := range states {
		visited[s] = map[column]int{}
	}
	beginnings := situations(t)
	unmet := func() (pairs []string) {
		for _, s := range states {
			for _, c := range columns {
				if visited[s][c] == 0 && c != "time" { // which comes only where it was asked to
					pairs = append(pairs, fmt.Sprintf("%s × %s", s, c))
				}
			}
		}
		return pairs
	}
	for round := 0; round < 8 || len(unmet()) > 0; round++ { // times the hundred of rapid
		if round == 400 {
			t.Fatalf("the lives are too tame: never met %v", unmet())
		}
		from := beginnings
		if round >= 8 { // what is rare is looked for where it can be met
			from = slices.DeleteFunc(slices.Clone(beginnings), func(s situation) bool {
				return !slices.ContainsFunc(unmet(), func(pair string) bool { return strings.HasPrefix(pair, string(s.order.State)+" ") })
			})
		}
		rapid.Check(t, func(t *rapid.T) {
			from := pick(t, "beginning", from...)
			l := &randomLife{order: clone(*from.order), now: t0, terms: terms, opened: from.opened, visited: visited}
			l.terms.RiskFundIsCap, l.terms.Confirm = pick(t, "risk fund is cap", false, true), pick(t, "confirm", false, true)
			l.terms.ServiceByPhone, l.terms.NeverCancelCompleted = pick(t, "by phone", false, true), pick(t, "never cancel", false, false, true)
			t.Repeat(l.facts())
		})
	}
}

// randomLife is one order and what it went through.
type randomLife struct {
	order  Order
	now    time.Time
	terms  Terms
	opened int
	// told are the facts that may come again: all but answers.
	told    []Fact
	visited map[State]map[column]int
}

// facts are what may happen next.
func (l *randomLife) facts() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"wait":    func(t *rapid.T) { l.wait(pick(t, "for", time.Second, time.Second, time.Minute, time.Hour)) },
		"session": l.session,
		"expired": func(t *rapid.T) { l.apply(t, SessionExpired{}) },
		"face_ok": l.faceOK,
		"face_no": l.faceNo,
		"ended":   l.ended,
		"wanted":  l.wanted,
		"granted": func(t *rapid.T) { l.apply(t, ServiceAuthorised{}) },
		"denied":  func(t *rapid.T) { l.apply(t, ServiceDenied{Reason: pick(t, "reason", "token_expired", "rule")}) },
		"cancel":  func(t *rapid.T) { l.apply(t, cancelAsk(l.request(t)+"c")) },
		"modify": func(t *rapid.T) {
			l.apply(t, modifyAsk(l.request(t)+"m", pick(t, "total", money.Fen(0), 100, 200, 300, 20_001)))
		},
		"elsewhere":     func(t *rapid.T) { l.apply(t, elsewhereAsk(l.request(t)+"e")) },
		"collect":       func(t *rapid.T) { l.apply(t, collectAsk(l.request(t)+"l")) },
		"refund":        l.refund,
		"refund answer": l.refundAnswer,
		"refund told":   l.refundTold,
		"aborted":       func(t *rapid.T) { l.apply(t, ServiceAborted{ID: pick(t, "id", "abort1", "abort2")}) },
		"answer":        l.answer,
		"query":         l.query,
		"stray":         l.stray,
		"told":          func(t *rapid.T) { l.apply(t, Observed{drawSeen(t, true)}) },
		"time":          l.time,
		"begin":         func(*rapid.T) { l.order.Begin(l.now) },
		"again":         l.again,
	}
}

func (l *randomLife) wait(d time.Duration) { l.now = l.now.Add(d) }

func (l *randomLife) apply(t *rapid.T, f Fact) {
	t.Helper()
	env := envAt(l.now)
	env.Terms = l.terms
	if _, ok := f.(refundFact); !ok {
		l.visited[l.order.State][f.column()]++
	}
	s := applied(env, &l.order, f, &l.opened)
	if err := unbroken(s); err != nil {
		t.Fatal(err)
	}
	_, answered := f.(Answered)
	_, refundAnswered := f.(RefundAnswered)
	if !answered && !refundAnswered {
		l.told = append(l.told, f)
	}
}

// applied applies a fact and keeps what there is to see of it.
func applied(env Env, o *Order, f Fact, opened *int) step {
	s := step{env: env, fact: f, before: clone(*o)}
	s.events, s.moved = o.Apply(env, f)
	for _, e := range s.events {
		if _, ok := e.(Opened); ok {
			*opened++
		}
	}
	s.after, s.opened = clone(*o), *opened
	return s
}

func (l *randomLife) session(t *rapid.T) {
	l.apply(t, SessionOpened{DeviceID: pick(t, "device", "K1", "K2"), ServiceID: "500001", OpenedAt: l.now, ExpiresAt: l.now.Add(10 * time.Minute)})
}

func (l *randomLife) faceOK(t *rapid.T) {
	l.apply(t, FaceSucceeded{
		ID: pick(t, "id", "face1", "face2"), ServiceID: pick(t, "service", "500001", "500001", "500001", "500002"),
		RiskFund: pick(t, "risk", money.Fen(0), 300, 10_000, 10_000, 30_000),
		Waited:   pick(t, "waited", 0, 0, 0, time.Minute),
	})
}

func (l *randomLife) faceNo(t *rapid.T) {
	l.apply(t, FaceFailed{ID: pick(t, "id", "face3", "face4"), ReturnCode: pick(t, "code", "USER_CANCEL", "ERROR", "SCAN_PAYMENT", "")})
}

func (l *randomLife) ended(t *rapid.T) {
	total := pick(t, "total", money.Fen(0), 350, 350, 10_001, 20_001)
	discount := pick(t, "discount", money.Fen(0), 50)
	e := End{
		FactID: pick(t, "id", "end1", "end2") + total.Yuan() + discount.Yuan(), Total: total, Lines: []money.Fen{total + 50}, HeardAt: l.now,
		Discounts: []money.Fen{discount},
	}
	l.apply(t, ServiceEnded{e})
}

func (l *randomLife) wanted(t *rapid.T) {
	l.apply(t, ServiceRequested{
		ID: pick(t, "id", "wish1", "wish2"), ServiceID: pick(t, "service", "500001", "500001", "500002"), DeviceID: "K1",
		RiskFund: pick(t, "risk", money.Fen(300), 10_000, 30_000), Waited: pick(t, "waited", 0, 0, time.Minute), Details: []byte("wish"),
	})
}

// request is a number of the back office, now and then one that was used.
func (l *randomLife) request(t *rapid.T) string {
	return pick(t, "request", "d1", "d2", "d3", "d4", "d5", "d6")
}

func (l *randomLife) refund(t *rapid.T) {
	a := refundAsk(pick(t, "request", "r1", "r2", "r3", "r4"), pick(t, "amount", money.Fen(0), 1, 100, 100, 350, 500))
	a.FactID += a.Amount.Yuan()
	a.TransactionID = pick(t, "transaction", "", "", "T1", "T2")
	l.apply(t, a)
}

// refundAnswer answers a refund that was sent or asked about.
func (l *randomLife) refundAnswer(t *rapid.T) {
	if len(l.order.Refunds) == 0 {
		t.Skip("nothing was refunded")
	}
	r := pick(t, "refund", l.order.Refunds...)
	a := RefundAnswered{
		RequestID: r.RequestID, Op: pick(t, "op", OpRefund, OpAskRefund), Reason: "rule",
		Verdict: Verdict(rapid.IntRange(int(Unknown), int(NotOurs)).Draw(t, "verdict")), Balance: pick(t, "balance", false, true),
	}
	if pick(t, "yes", true, false) {
		a.Verdict = Accepted
	}
	if a.Verdict == Accepted {
		a.Seen = new(drawRefund(t, r))
	}
	l.apply(t, a)
}

func (l *randomLife) refundTold(t *rapid.T) {
	r := Refund{RequestID: "x1", TransactionID: "T1", Amount: 100}
	if len(l.order.Refunds) > 0 {
		r = pick(t, "refund", l.order.Refunds...)
	}
	l.apply(t, RefundTold{RequestID: r.RequestID, Seen: drawRefund(t, r)})
}

func drawRefund(t *rapid.T, r Refund) SeenRefund {
	return SeenRefund{
		Status: pick(t, "status", "PROCESSING", "SUCCESS", "SUCCESS", "CLOSED", "ABNORMAL", "NEW"), RefundID: "R" + r.RequestID,
		TransactionID: r.TransactionID, Amount: pick(t, "shown", r.Amount, r.Amount, r.Amount, r.Amount+1),
	}
}

// answer answers what was sent. Skip is rapid's word for a step that does not apply here: it draws another one.
func (l *randomLife) answer(t *rapid.T) {
	op := l.order.Todo.Op
	if op == "" || !op.Sends() {
		t.Skip("nothing was sent")
	}
	l.order.Begin(l.now)
	l.order.Note(Call{At: l.now, Op: op}, l.order.Send(Todo{Op: op}))
	l.apply(t, drawAnswer(t, op, l.order.State))
}

// query answers what was asked.
func (l *randomLife) query(t *rapid.T) {
	if l.order.Todo.Op != OpQuery {
		t.Skip("nothing was asked")
	}
	l.apply(t, drawAnswer(t, OpQuery, l.order.State))
}

// stray answers something that was or was not asked, whenever.
func (l *randomLife) stray(t *rapid.T) {
	l.apply(t, drawAnswer(t, pick(t, "op", OpCreate, OpComplete, OpCancel, OpQuery, OpModify, OpSync, OpCollect, OpWithdraw), pick(t, "asked in", append(states, "")...)))
}

// time works only when it was asked to.
func (l *randomLife) time(t *rapid.T) {
	if l.order.Todo.Op != Think {
		t.Skip("nothing to think about")
	}
	l.wait(max(0, l.order.Todo.At.Sub(l.now)))
	l.apply(t, TimePassed{})
}

// again lets something of before come again: whatever happened since, a fact that was taken or refused says nothing.
func (l *randomLife) again(t *rapid.T) {
	if len(l.told) == 0 {
		t.Skip("nothing was told")
	}
	f := pick(t, "fact", l.told...)
	if _, ok := f.(TimePassed); ok {
		t.Skip("time does not come again")
	}
	id, before := idOf(f), clone(l.order)
	l.apply(t, f)
	if id != "" && before.knows(id) && len(l.order.Rejections) != len(before.Rejections) {
		t.Fatalf("I6: %T %s was answered again", f, id)
	}
}

func drawAnswer(t *rapid.T, op Op, askedIn State) Answered {
	a := Answered{
		Op: op, AskedIn: askedIn, Reason: pick(t, "reason", "risk", "rule"),
		Verdict: Verdict(rapid.IntRange(int(Unknown), int(NotOurs)).Draw(t, "verdict")),
	}
	if pick(t, "yes", true, false) {
		a.Verdict = Accepted
	}
	if a.Verdict == Accepted {
		a.Seen = new(drawSeen(t, false))
	}
	return a
}

// drawSeen draws an order as WeChat might show it, and might not.
func drawSeen(t *rapid.T, told bool) Seen {
	s := Seen{
		State: pick(t, "state", "CREATED", "DOING", "DOING", "DOING", "DONE", "DONE", "REVOKED", "EXPIRED", "NEWSTATE"), Told: told,
		PaidFen: pick(t, "paid", money.Fen(0), 300, 350, 400), OrderID: "W1", ServiceID: pick(t, "service", "500001", "500001", ""),
	}
	switch s.State {
	case "DOING":
		s.Description = pick(t, "description", "USER_CONFIRM", "MCH_COMPLETE", "")
		s.Collection = pick(t, "collection", "", "USER_PAYING", "USER_PAID")
		s.Total = pick(t, "total", nil, new(money.Fen(350)), new(money.Fen(200)), new(money.Fen(100)))
	case "DONE":
		s.Collection = pick(t, "collection", "", "USER_PAID")
		s.Total = new(s.PaidFen)
	}
	if pick(t, "itemised", true, false) {
		s.Parts = []Collection{{TransactionID: "T1", Amount: s.PaidFen}}
	}
	return s
}

func pick[T any](t *rapid.T, name string, options ...T) T {
	return rapid.SampledFrom(options).Draw(t, name)
}
