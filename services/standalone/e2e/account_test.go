package e2e

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/facepay-go/facepay/pkg/event"
	"github.com/facepay-go/facepay/pkg/money"
	orderv1 "github.com/facepay-go/facepay/proto/gen/facepay/order/v1"
)

// account is what the streams and the provider hold about one number.
type account struct {
	// Said are the events of the ORDER stream, in order; Told those of the NOTIFY stream.
	Said, Told []said
	Book       bookRow
	Requests   requests
}

// said is one stored event.
type said struct {
	// Name is the event's token; Code tells rejections and alarms apart.
	Name, ID, Code string
	// FactID is the refused fact of a fact_rejected.
	FactID string
	Paid   money.Fen
}

// bookRow is the order in the provider's book; zero when there is none.
type bookRow struct {
	OutOrderNo  string    `json:"out_order_no"`
	State       string    `json:"state"`
	Description string    `json:"state_description"`
	Completed   bool      `json:"completed"`
	Total       money.Fen `json:"total_amount"`
	Paid        money.Fen `json:"paid_amount"`
}

// requests is what the provider received about a number: how many of each operation changed its book, how many
// different bodies came.
type requests struct {
	Executed map[string]int `json:"executed"`
	Bodies   map[string]int `json:"bodies"`
	Calls    []struct {
		Operation string `json:"operation"`
		RequestID string `json:"request_id"`
	} `json:"calls"`
}

// ledger is what the streams and the provider's book hold about all numbers, read at one moment.
type ledger struct {
	*world
	said, told map[string][]said
	book       map[string]bookRow
}

func (w *world) ledger(t testing.TB) *ledger {
	t.Helper()
	l := &ledger{world: w, said: map[string][]said{}, told: map[string][]said{}}
	for stream, into := range map[string]map[string][]said{"ORDER": l.said, "NOTIFY": l.told} {
		for _, msg := range w.messages(t, stream) {
			number, one, err := read(msg)
			if err != nil {
				t.Fatalf("%s: %v", msg.Subject(), err) // no service of ours publishes what cannot be read
			}
			into[number] = append(into[number], one)
		}
	}
	var err error
	if l.book, err = w.providersBook(); err != nil {
		t.Fatal(err)
	}
	return l
}

// of is the account of one number.
func (l *ledger) of(t testing.TB, number string) account {
	t.Helper()
	a := account{Said: l.said[number], Told: l.told[number], Book: l.book[number]}
	if err := l.Get(l.ctx, "/control/wechat/requests", url.Values{"out_order_no": {number}}, &a.Requests); err != nil {
		t.Fatal(err)
	}
	return a
}

func read(msg jetstream.Msg) (number string, one said, err error) {
	e, m, err := event.Read(msg.Subject(), msg.Headers(), msg.Data(), time.Time{})
	one = said{Name: strings.Split(msg.Subject(), ".")[2], ID: e.ID}
	switch m := m.(type) {
	case *orderv1.OrderPaid:
		one.Paid = money.Fen(m.GetPaidAmountFen())
	case *orderv1.FactRejected:
		one.Code, one.FactID = m.GetProblem().GetCode(), m.GetFactId()
	case *orderv1.OrderAlarm:
		one.Code = m.GetCode()
	case *orderv1.OrderRevoked:
		one.Code = m.GetReason()
	}
	return e.Key, one, err
}

// providersBook reads the whole book.
func (w *world) providersBook() (map[string]bookRow, error) {
	book := map[string]bookRow{}
	query := url.Values{"limit": {"1000"}}
	for {
		var page struct {
			Orders []bookRow `json:"orders"`
			Next   string    `json:"next"`
		}
		if err := w.Get(w.ctx, "/control/wechat/book", query, &page); err != nil {
			return nil, err
		}
		for _, o := range page.Orders {
			book[o.OutOrderNo] = o
		}
		if page.Next == "" {
			return book, nil
		}
		query.Set("after", page.Next)
	}
}

// names are the events of a kind in order.
func names(all []said) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.Name
	}
	return out
}

// count counts events by name.
func (a account) count(name string) int {
	n := 0
	for _, s := range a.Said {
		if s.Name == name {
			n++
		}
	}
	return n
}

// codes are the codes of all events of that name.
func (a account) codes(name string) []string {
	var codes []string
	for _, s := range a.Said {
		if s.Name == name {
			codes = append(codes, s.Code)
		}
	}
	return codes
}
