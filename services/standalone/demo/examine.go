package demo

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
	"github.com/facepay-go/facepay/services/standalone/audit"
	"github.com/facepay-go/facepay/services/standalone/kiosk"
	"github.com/facepay-go/facepay/services/standalone/secrets"
	"github.com/facepay-go/facepay/services/standalone/stack"
)

// examine holds what the world learnt against what the provider knows.
func examine(
	ctx context.Context, s *stack.Stack, all *shops, o Options, used *secrets.Used, visits []*visit, began time.Time,
) (*Report, error) {
	r := &Report{Orders: len(visits)}
	x := &examiner{report: r, rows: map[*scenario]*row{}}
	g := all.own.Gateway // the book and the journal are all merchants'
	book, err := readBook(ctx, g)
	if err != nil {
		return nil, err
	}
	for _, v := range visits {
		x.visit(v, all.said(v), book)
		calls, err := audit.RequestsOf(ctx, g, v.number)
		if err != nil {
			return nil, err
		}
		x.requests(v.number, calls)
	}
	x.sums(visits, book)
	if err := x.faults(ctx, g); err != nil {
		return nil, err
	}
	if err := x.deadLetters(ctx, s, visits); err != nil {
		return nil, err
	}
	if err := x.secrets(ctx, s, all, o, used, visits); err != nil {
		return nil, err
	}
	counts := s.Ingest.Counts()
	r.Notifications.Received = counts.Received
	r.Notifications.Duplicates = counts.Outcomes["duplicate"]
	r.Notifications.Rejected = counts.Outcomes["rejected"] + counts.Outcomes["sign_probe"]
	r.Happened.EventsOnStream = all.events()
	r.Seconds = math.Round(time.Since(began).Seconds()*10) / 10
	r.Invariants = "hold"
	if len(x.found) > 0 {
		r.Invariants = x.found
	}
	return r, nil
}

type examiner struct {
	report *Report
	rows   map[*scenario]*row
	found  []string
}

func (x *examiner) broken(format string, args ...any) {
	x.found = append(x.found, fmt.Sprintf(format, args...))
}

// visit checks one order: one end, the right one, the same as the provider's.
func (x *examiner) visit(v *visit, said []kiosk.Said, book *book) {
	w := x.rows[v.scenario]
	if w == nil {
		w = &row{title: v.scenario.title, want: v.scenario.want}
		x.rows[v.scenario] = w
		x.report.rows = append(x.report.rows, w)
	}
	w.visits++
	if v.err != nil {
		x.broken("%s: %v", v.number, v.err)
	}
	booked := book.orders[v.number]
	w.tell(said)
	var ends, opened int
	var paid money.Fen
	for _, s := range said {
		switch s.Name {
		case "opened":
			opened++
		case "alarm":
			x.report.Happened.AlarmsRaised++
		case "fact_rejected":
			x.report.Happened.RejectedFacts++
		}
		if slices.Contains(kiosk.Final, s.Name) {
			ends++
		}
		if s.Paid != nil {
			paid += money.Fen(s.Paid.GetPaidAmountFen())
		}
	}
	end, _ := lastWord(said)
	x.count(end)
	if ends != 1 {
		x.broken("6 an effect happens once: %s ended %d times", v.number, ends)
	}
	if opened > 1 {
		x.broken("6 an effect happens once: %s opened %d times", v.number, opened)
	}
	if end != v.scenario.want {
		x.broken("1 nothing is lost: %s ended as %q, want %s", v.number, end, v.scenario.want)
	}
	if want := money.Fen(v.scenario.total); paid != want || booked.Paid != want {
		x.broken("3 charged = commanded: %s paid %d fen, provider %d, commanded %d", v.number, paid, booked.Paid, want)
	}
	if !booked.Agrees(end) {
		x.broken("5 our state is the provider's: %s is %s for us, %s for the provider", v.number, end, booked.End())
	}
	if ends == 1 && end == v.scenario.want {
		w.ok++
	}
	w.paid += paid
	x.report.PaidFen += paid
	x.sync(v, said, book)
	x.refunds(v, said, book)
}

func (x *examiner) count(end string) {
	switch end {
	case "paid":
		x.report.Paid++
	case "free":
		x.report.Free++
	case "refused":
		x.report.Refused++
	case "revoked":
		x.report.Revoked++
	case "abandoned":
		x.report.Abandoned++
	case "expired":
		x.report.Expired++
	}
}

// requests checks what the provider received about one order.
func (x *examiner) requests(number string, r audit.Requests) {
	x.report.Happened.ProviderRequests += len(r.Calls)
	if r.Executed["create"] > 1 {
		x.broken("2 one provider order per number: %s was created %d times", number, r.Executed["create"])
	}
	for _, op := range []string{"create", "complete", "cancel", "modify", "sync", "pay"} {
		if r.Bodies[op] > 1 {
			x.broken("2 one frozen body per operation: %s sent %d different %s bodies", number, r.Bodies[op], op)
		}
	}
}

// faults counts the trouble the sandbox made.
func (x *examiner) faults(ctx context.Context, g *kiosk.Gateway) error {
	var answer struct {
		Rules []struct {
			Fault string `json:"fault"`
			Hits  int    `json:"hits"`
		} `json:"rules"`
	}
	if err := g.Get(ctx, "/control/wechat/faults", nil, &answer); err != nil {
		return err
	}
	h := &x.report.Happened
	for _, rule := range answer.Rules {
		h.ProviderFaults += rule.Hits
		switch rule.Fault {
		case "early_notice":
			h.EarlyCallbacks += rule.Hits
		case "lost_answer", "timeout":
			h.LostAnswers += rule.Hits
		case "probe_undecodable", "probe_wrong", "answer_probe":
			h.SignatureProbes += rule.Hits
		case "risk_refused", "unfinished_order", "not_cancellable", "not_enough":
			h.Refusals += rule.Hits
		}
	}
	return nil
}

// deadLetters expects just those that were planted.
func (x *examiner) deadLetters(ctx context.Context, s *stack.Stack, visits []*visit) error {
	letters, err := s.Bus.DeadLetters(ctx, 0)
	if err != nil {
		return err
	}
	planted, found := 0, 0
	for _, v := range visits {
		planted += v.scenario.deadLetters
		for _, l := range letters {
			if subjectEnds(l.Subject, v.number) {
				found++
			}
		}
	}
	x.report.Happened.DeadLetters = found
	if planted != found {
		x.broken("1 nothing is lost: %d dead letters were to come of bad messages, %d found", planted, found)
	}
	return nil
}

func subjectEnds(subject, number string) bool {
	return len(subject) > len(number) && subject[len(subject)-len(number):] == number
}
