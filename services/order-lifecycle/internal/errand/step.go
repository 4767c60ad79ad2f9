package errand

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/wechatpay"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/order"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

// chain bounds one errand: create, then cancel, is the usual longest; more than this can wait for the sweep.
const chain = 8

// carry works on an order until nothing is due any more. begun says that who planned the first thing also began it.
func (x *Errands) carry(slot *lane.Slot, id string, begun bool) {
	slot.Go(func() {
		defer x.survive(id)
		for range chain {
			more, err := x.step(x.Life, id, begun)
			if err != nil {
				// The order is as it was, its claim runs out, and the sweep repeats the identical request.
				x.Log.Warn("errand failed", "order", id, "class", fault.ClassOf(err).String(), "error", err)
			}
			if err != nil || !more {
				return
			}
			begun = true
		}
	})
}

// survive keeps one order's bug from ending the process, and with it every other order. The claim runs out, the sweep
// tries again, and this line comes again until somebody looks.
func (x *Errands) survive(id string) {
	if r := recover(); r != nil {
		x.Log.Error("errand panicked", "order", id, "value", fmt.Sprintf("%T", r), "stack", string(debug.Stack()))
	}
}

// step does the one next thing and tells whether another is due.
func (x *Errands) step(ctx context.Context, id string, begun bool) (more bool, err error) {
	o, err := x.take(ctx, id, begun)
	if err != nil || !isDue(o.Todo, x.Clock.Now()) {
		return false, err
	}
	if o.Todo.Op == order.Think {
		return x.bring(ctx, id, &o, order.TimePassed{}, nil)
	}
	desk, ok := x.Desks[o.Merchant]
	if !ok {
		return false, fault.Invalid("merchant", "unknown_merchant", "no such merchant is configured any more")
	}
	began := x.Clock.Now()
	answered, answer := desk.Call(ctx, &o, o.Todo.Op, x.Timers.Busy)
	call := order.Call{
		At: began, Op: answered.Op, Verdict: answered.Verdict.String(), HTTPStatus: answer.HTTPStatus, Code: answer.Code,
		InternalCode: answer.InternalCode, RequestID: answer.RequestID, Took: x.Clock.Now().Sub(began),
	}
	x.Tally.called(ctx, call)
	more, err = x.bring(ctx, id, &o, answered, &call)
	x.report(ctx, id, &o, answered.Verdict, answer, call.Took)
	return more, err
}

// take loads the order. A request that nobody has begun is begun here, and saved, before it is sent.
func (x *Errands) take(ctx context.Context, id string, begun bool) (order.Order, error) {
	if begun {
		rec, err := x.Orders.Documents().Get(ctx, id)
		return rec.Doc.State, err
	}
	var o order.Order
	err := x.Orders.Turn(ctx, "", id, "", func(t *Turn) (aggregate.Decision, error) {
		decision := aggregate.Skip
		if isDue(t.State.Todo, t.Now) && t.State.Todo.Op.Sends() {
			x.plan(t, true)
			decision = aggregate.Save
		}
		o = *t.State
		return decision, nil
	})
	return o, err
}

// bring takes what came of the errand into the order, and leaves in o what the order became.
func (x *Errands) bring(ctx context.Context, id string, o *order.Order, f order.Fact, call *order.Call) (more bool, err error) {
	var steps []order.Step
	err = x.Orders.Turn(ctx, o.Merchant, id, "", func(t *Turn) (aggregate.Decision, error) {
		env, _, err := x.Env(t.Now, o.Merchant, t.State.ServiceID) // without terms an order still takes answers and proofs
		if err != nil {
			return aggregate.Skip, err
		}
		more = false
		before, known := t.State.Todo, len(t.State.Steps)
		if call != nil {
			t.State.Note(*call)
		}
		events, _ := t.State.Apply(env, f)
		t.Emit(wire.Events(t.State, t.Now, events)...)
		steps = t.State.Steps[known:]
		if t.State.Todo != before {
			more = x.plan(t, true)
		}
		*o = *t.State
		return aggregate.Save, nil
	})
	if err == nil {
		x.Tally.moved(ctx, steps)
	}
	return more, err
}

// report is the one line about a call: what came back, and what is next.
func (x *Errands) report(ctx context.Context, id string, o *order.Order, v order.Verdict, a wechatpay.Answer, took time.Duration) {
	level := slog.LevelInfo
	if v == order.Accepted {
		level = slog.LevelDebug
	}
	x.Log.Log(ctx, level, "wechat called", "order", id, "verdict", v.String(), "answer", a, "elapsed", took,
		"state", string(o.State), "next", string(o.Todo.Op), "next_at", o.Todo.At)
}
