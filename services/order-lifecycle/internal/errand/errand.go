// Package errand carries out what an order wants done next: it calls WeChat for it, or lets time work on it, and brings
// the answer back into the order. Errands run in a bounded pool in which no merchant holds more than its share.
package errand

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

// Orders is the aggregate store of this service.
type Orders = aggregate.Store[order.Order]

// Turn is one decision about one order.
type Turn = aggregate.Turn[order.Order]

// Errands runs errands.
type Errands struct {
	Orders *Orders
	Desks  map[string]*wechat.Desk
	Timers order.Timers
	// TopUp is the wait while the merchant's balance does not cover a refund.
	TopUp time.Duration
	// Claim is how long a replica keeps an order to itself while it works for it.
	Claim time.Duration
	Pool  *lane.Pool
	Clock clock.Clock
	Log   *slog.Logger
	Tally *Tally
	// Life ends when errands are to be given up.
	Life context.Context
}

// ReceivablesIndex lists the orders of which money is outstanding (order.OwedSince), per merchant and by age.
const ReceivablesIndex = "receivables"

// indexedPayments is how many of an order's payments by WeChat can be found by their transaction_id. One is the rule; a field of
// a document holds one value, so each has a field and an index of its own.
const indexedPayments = 4

// PaymentIndexes find an order by merchant and transaction_id, one for each of its payments.
func PaymentIndexes() []string {
	var names []string
	for i := range indexedPayments {
		names = append(names, fmt.Sprintf("payment_%d", i+1))
	}
	return names
}

// Spec is how orders are stored.
func Spec(owner string, handledBound int) aggregate.Spec[order.Order] {
	spec := receivables(owner, handledBound)
	type document = aggregate.Document[order.Order]
	spec.Fields = append(spec.Fields, docstore.Field[document]{Name: "merchant", Kind: docstore.String, Value: func(d *document) any { return d.Merchant }})
	for i, index := range PaymentIndexes() {
		spec.Fields = append(spec.Fields, docstore.Field[document]{Name: index, Kind: docstore.String, Value: func(d *document) any {
			if ids := d.State.TransactionIDs(); i < len(ids) {
				return ids[i]
			}
			return nil
		}})
		spec.Indexes = append(spec.Indexes, docstore.Index{Name: index, Fields: []string{"merchant", index}})
	}
	return spec
}

// receivables is the part of the spec that lists what WeChat collects.
func receivables(owner string, handledBound int) aggregate.Spec[order.Order] {
	type document = aggregate.Document[order.Order]
	return aggregate.Spec[order.Order]{
		Owner: owner, Collection: "orders", HandledBound: handledBound,
		Fields: []docstore.Field[document]{
			{Name: "owing_merchant", Kind: docstore.String, Value: func(d *document) any {
				if d.State.OwedSince().IsZero() {
					return nil
				}
				return d.Merchant
			}},
			{Name: "pending_since", Kind: docstore.Time, Value: func(d *document) any { return d.State.OwedSince() }},
		},
		Indexes: []docstore.Index{{Name: ReceivablesIndex, Fields: []string{"owing_merchant", "pending_since"}}},
	}
}

// ID is the document of an order.
func ID(merchant, outOrderNo string) string { return merchant + "/" + outOrderNo }

// Env is what an order of the merchant needs to apply a fact. An unknown merchant is a Terminal error. So are the terms
// of an unknown service, told apart because the order can do without them, or answer for itself.
func (x *Errands) Env(now time.Time, merchant, serviceID string) (env order.Env, terms error, err error) {
	desk, ok := x.Desks[merchant]
	if !ok {
		return env, nil, fault.Invalid("merchant", "unknown_merchant", "no such merchant is configured")
	}
	env = order.Env{Now: now, Timers: x.Timers, Scribe: desk}
	if serviceID != "" {
		env.Terms, terms = desk.Terms(serviceID)
	}
	return env, terms, nil
}

// Change lets one fact work on an order and then runs, in this process and at once if there is room, what the order
// wants done. decide applies the fact and tells its events and whether anything changed.
func (x *Errands) Change(ctx context.Context, merchant, outOrderNo, factID string, decide func(*Turn) ([]order.Event, bool, error)) error {
	slot, full := x.Pool.Reserve(merchant)
	room := full == nil // else the sweep begins it
	var begun order.Todo
	var steps []order.Step
	err := x.Orders.Turn(ctx, merchant, ID(merchant, outOrderNo), factID, func(t *Turn) (aggregate.Decision, error) {
		begun, steps = order.Todo{}, nil
		if t.New {
			*t.State = order.New(merchant, outOrderNo)
		}
		before, known := t.State.Next(), len(t.State.Steps)
		events, changed, err := decide(t)
		if err != nil || !changed {
			return aggregate.Skip, err
		}
		t.Emit(wire.Events(t.State, t.Now, events)...)
		steps = t.State.Steps[known:]
		if t.State.Next() != before { // else somebody may be working on it: leave the claim
			begun = x.plan(t, room)
		}
		return aggregate.Save, nil
	})
	if err == nil {
		x.Tally.moved(ctx, steps)
	}
	switch {
	case begun.Op != "" && err == nil:
		x.carry(slot, ID(merchant, outOrderNo), begun)
	case room:
		slot.Release()
	}
	return err
}

// plan sets when the sweep looks at the order. With room, what is due now is ours: it is begun, and the sweep keeps away
// for the length of the claim: begun is what it is, zero when there is nothing for us.
func (x *Errands) plan(t *Turn, room bool) (begun order.Todo) {
	next := t.State.Next()
	t.DueAt = next.At
	if room && isDue(next, t.Now) {
		if desk, ok := x.Desks[t.State.Merchant]; ok {
			t.State.Refresh(desk, t.Now)
		}
		t.State.Begin(t.Now)
		t.DueAt = t.Now.Add(x.Claim)
		begun = next
	}
	return begun
}

func isDue(todo order.Todo, now time.Time) bool { return todo.Op != "" && !todo.At.After(now) }

// Reserve takes room for one errand of the sweep.
func (x *Errands) Reserve(merchant string) (aggregate.Slot, bool) {
	slot, err := x.Pool.Reserve(merchant)
	return swept{x, slot}, err == nil
}

// swept is room for an order that the sweep has claimed.
type swept struct {
	x    *Errands
	slot *lane.Slot
}

func (s swept) Release()      { s.slot.Release() }
func (s swept) Run(id string) { s.x.carry(s.slot, id, order.Todo{}) }
