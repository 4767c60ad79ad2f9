package order

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/money"
)

var (
	t0    = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	terms = Terms{Cap: 20_000}
)

// pen is a Scribe whose bytes tell what they were made of, and which write they are of: what is frozen and what is written
// anew are never equal by accident.
type pen struct{}

// writes counts the bodies that were written, of all tests.
var writes atomic.Int64

func written(format string, args ...any) []byte {
	return fmt.Appendf(nil, format+" #%d", append(args, writes.Add(1))...)
}

func (pen) Create(o *Order, _ []byte, now time.Time) ([]byte, error) {
	return written("create %s %s", o.OutOrderNo, now.Format(time.StampMilli)), nil
}

func (pen) StartLater(body []byte, _ time.Time) []byte { return body }

func (pen) Complete(_ *Order, e End, endAt, _ time.Time) ([]byte, error) {
	return written("complete %d %s", e.Total, endAt.Format(time.Stamp)), nil
}

func (pen) Cancel(_ *Order, reason string) []byte { return written("cancel %s", reason) }

func (pen) Modify(_ *Order, e End, reason string, _ time.Time) ([]byte, error) {
	return written("modify %d %s", e.Total, reason), nil
}

func (pen) Sync(_ *Order, paidAt, _ time.Time) ([]byte, error) {
	return written("sync %s", paidAt.Format(time.Stamp)), nil
}

func (pen) Collect(*Order) []byte { return written("collect") }

func (pen) Refund(o *Order, r Refund, _ time.Time) ([]byte, error) {
	return written("refund %s %d %s", r.TransactionID, r.Amount, OutRefundNo(o.OutOrderNo, r.RequestID)), nil
}

func envAt(now time.Time) Env {
	return Env{Now: now, Terms: terms, Timers: DefaultTimers(), Scribe: pen{}}
}

// serving is an order in service.
func serving(t *testing.T) *Order {
	t.Helper()
	o := New("m1", "N1")
	o.Apply(envAt(t0), FaceSucceeded{ID: "face1", ServiceID: "500001", RiskFund: 10_000})
	o.Apply(envAt(t0), answer(OpCreate, Accepted, Seen{State: "DOING", Description: "USER_CONFIRM", OrderID: "W1"}))
	if o.State != InService || o.OrderID != "W1" {
		t.Fatalf("got %s, WeChat's number %q", o.State, o.OrderID)
	}
	return &o
}

// paidSeen is a proof of payment as WeChat shows it.
func paidSeen(fen money.Fen) Seen {
	return Seen{
		State: "DONE", Collection: "USER_PAID", Total: new(fen), PaidFen: fen, OrderID: "W1", ServiceID: "500001",
		Parts: []Collection{{TransactionID: "T1", Amount: fen, PaidAt: t0.Add(time.Minute)}},
	}
}

// told is s in a notification.
func told(s Seen) Seen {
	s.Told = true
	return s
}

func answer(op Op, v Verdict, s Seen) Answered { return Answered{Op: op, Verdict: v, Seen: &s} }

func endOf(id string, total money.Fen) ServiceEnded {
	return ServiceEnded{End{FactID: id, Total: total, Lines: []money.Fen{total}, HeardAt: t0.Add(time.Minute)}}
}

// asks are the requests of the back office, each under a number of its own.
func cancelAsk(id string) CancelAsked {
	return CancelAsked{DeskAsk{FactID: "f-" + id, RequestID: id, Reason: "投诉"}}
}
func collectAsk(id string) CollectAsked {
	return CollectAsked{DeskAsk{FactID: "f-" + id, RequestID: id}}
}

func modifyAsk(id string, total money.Fen) ModifyAsked {
	return ModifyAsked{DeskAsk{FactID: "f-" + id, RequestID: id, Reason: "少收"}, End{Total: total, Lines: []money.Fen{total}}}
}

func elsewhereAsk(id string) ElsewherePaid {
	return ElsewherePaid{DeskAsk: DeskAsk{FactID: "f-" + id, RequestID: id}, PaidAt: t0.Add(5 * time.Second)}
}

func refundAsk(id string, fen money.Fen) RefundAsked {
	return RefundAsked{DeskAsk: DeskAsk{FactID: "f-" + id, RequestID: id, Reason: "质量"}, Amount: fen}
}

// wish is a service without a face.
func wish(id string) ServiceRequested {
	return ServiceRequested{ID: id, ServiceID: "500001", DeviceID: "K1", RiskFund: 10_000, Details: []byte("wish")}
}

// byMerchant is what a sync leads to.
func byMerchant(fen money.Fen) Seen {
	s := paidSeen(fen)
	s.Parts = []Collection{{Amount: fen, ByMerchant: true, PaidAt: t0.Add(time.Minute)}}
	return s
}

// codes are the alarms of an order.
func alarmCodes(o *Order) (all []string) {
	for _, a := range o.Alarms {
		all = append(all, a.Code)
	}
	return all
}

func alarmed(o *Order, code string) bool { return slices.Contains(alarmCodes(o), code) }

// clone copies what Apply may write to.
func clone(o Order) Order {
	c := o
	c.Collections, c.Rejections = slices.Clone(o.Collections), slices.Clone(o.Rejections)
	c.Alarms, c.Steps, c.Calls = slices.Clone(o.Alarms), slices.Clone(o.Steps), slices.Clone(o.Calls)
	c.Refunds, c.Desk = slices.Clone(o.Refunds), slices.Clone(o.Desk)
	if o.Work != nil {
		c.Work = new(*o.Work)
	}
	if o.Wish != nil {
		c.Wish = new(*o.Wish)
	}
	return c
}
