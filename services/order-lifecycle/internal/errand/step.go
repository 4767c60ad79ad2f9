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
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wechat"
	"github.com/facepay-go/facepay/services/order-lifecycle/internal/wire"
)

// chain bounds one errand: create, then cancel, is the usual longest; more than this can wait for the sweep.
const chain = 8

// carry works on an order until nothing is due any more, or it has had its share: what is due then is left to the sweep, and not
// begun here, since a request that is begun and not sent is in doubt. begun is what its planner began, zero when nobody did.
func (x *Errands) carry(slot *lane.Slot, id string, begun order.Todo) {
	slot.Go(func() {
		defer x.survive(id)
		for left := chain - 1; left >= 0; left-- {
			next, err := x.step(x.Life, id, begun, left > 0)
			if err != nil {
				// The order is as it was, its claim runs out, and the sweep repeats the identical request.
				x.Log.Warn("errand failed", "order", id, "class", fault.ClassOf(err).String(), "error", err)
			}
			if err != nil || next.Op == "" {
				return
			}
			begun = next
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

// step does the one next thing and tells what it began after it, zero for nothing; more says whether it may begin anything.
func (x *Errands) step(ctx context.Context, id string, begun order.Todo, more bool) (next order.Todo, err error) {
	o, todo, err := x.take(ctx, id, begun)
	if err != nil || !isDue(todo, x.Clock.Now()) {
		return next, err
	}
	if todo.Op == order.Think {
		return x.bring(ctx, id, &o, order.TimePassed{}, nil, more)
	}
	desk, ok := x.Desks[o.Merchant]
	if !ok {
		return next, fault.Invalid("merchant", "unknown_merchant", "no such merchant is configured any more")
	}
	began, send := x.Clock.Now(), o.Send(todo)
	outcome := desk.Call(ctx, &o, todo, wechat.Waits{Busy: x.Timers.Busy, TopUp: x.TopUp, Began: began})
	answer := outcome.Answer
	call := order.Call{
		At: began, Op: todo.Op, Refund: todo.Refund, Verdict: outcome.Verdict.String(), HTTPStatus: answer.HTTPStatus, Code: answer.Code,
		InternalCode: answer.InternalCode, RequestID: answer.RequestID, Saw: outcome.Saw, Took: x.Clock.Now().Sub(began),
	}
	x.Tally.called(ctx, call)
	next, err = x.bring(ctx, id, &o, outcome.Fact, func(now *order.Order) { now.Note(call, send) }, more)
	x.report(ctx, id, &o, outcome.Verdict, answer, call.Took)
	return next, err
}

// take loads the order and what is to be done with it, with nothing to do when what is due is somebody else's: an order
// that moved on after it was planned here or claimed is carried by who moved it. A request that nobody has begun is begun
// here, and saved, before it is sent.
func (x *Errands) take(ctx context.Context, id string, begun order.Todo) (o order.Order, todo order.Todo, err error) {
	if begun.Op != "" {
		rec, err := x.Orders.Documents().Get(ctx, id)
		if err != nil || !rec.Doc.State.Plans(begun) {
			return order.Order{}, order.Todo{}, err
		}
		return rec.Doc.State, begun, nil
	}
	err = x.Orders.Turn(ctx, "", id, "", func(t *Turn) (aggregate.Decision, error) {
		o, todo = *t.State, t.State.Next()
		if !isDue(todo, t.Now) || !todo.Op.Sends() {
			return aggregate.Skip, nil
		}
		if o.UnderWay(t.Now, x.Claim) {
			o, todo = order.Order{}, order.Todo{}
			return aggregate.Skip, nil
		}
		if t.State.LookFirst(t.Now) {
			todo = t.State.Next()
		}
		x.plan(t, true)
		o = *t.State
		return aggregate.Save, nil
	})
	return o, todo, err
}

// bring takes what came of the errand into the order, and leaves in o what the order became. next is what it began, zero
// for nothing, and only with more. note keeps the call that f answers, nil for none.
func (x *Errands) bring(ctx context.Context, id string, o *order.Order, f order.Fact, note func(*order.Order), more bool) (next order.Todo, err error) {
	var steps []order.Step
	err = x.Orders.Turn(ctx, o.Merchant, id, "", func(t *Turn) (aggregate.Decision, error) {
		env, _, err := x.Env(t.Now, o.Merchant, t.State.ServiceID) // without terms an order still takes answers and proofs
		if err != nil {
			return aggregate.Skip, err
		}
		next, steps = order.Todo{}, nil
		before, known := t.State.Next(), len(t.State.Steps)
		if note == nil && (before.Op != order.Think || !isDue(before, t.Now)) {
			return aggregate.Skip, nil // something came between, and time has nothing to work on any more
		}
		if note != nil {
			note(t.State)
		}
		events, _ := t.State.Apply(env, f)
		t.Emit(wire.Events(t.State, t.Now, events)...)
		steps = t.State.Steps[known:]
		if t.State.Next() != before {
			next = x.plan(t, more)
		}
		*o = *t.State
		return aggregate.Save, nil
	})
	if err == nil {
		x.Tally.moved(ctx, steps)
	}
	return next, err
}

// report is the one line about a call: what came back, and what is next.
func (x *Errands) report(ctx context.Context, id string, o *order.Order, v order.Verdict, a wechatpay.Answer, took time.Duration) {
	level := slog.LevelInfo
	if v == order.Accepted {
		level = slog.LevelDebug
	}
	x.Log.Log(ctx, level, "wechat called", "order", id, "verdict", v.String(), "answer", a, "elapsed", took,
		"state", string(o.State), "next", string(o.Next().Op), "next_at", o.Next().At)
}
