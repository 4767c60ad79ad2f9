// Package errand carries out what documents want done next: it makes their call to WeChat and brings the answer back, again
// and again until nothing is due. Errands run in a bounded pool in which no merchant holds more than its share. A call is
// begun, and saved as begun, before it is made; the claim keeps other replicas away meanwhile.
package errand

import (
	"context"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/aggregate"
	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/pkg/lane"
	"github.com/facepay-go/facepay/pkg/service"

	"github.com/facepay-go/facepay/services/authinfo/internal/consent"
)

// Job is what differs between kinds of documents.
type Job[S any] interface {
	// Todo is the document's next call.
	Todo(s *S) consent.Todo
	// Begin notes that it is about to be made.
	Begin(s *S, now time.Time)
	// Call makes it. take brings the answer into the document; it runs in a turn, maybe more than once. An error is ours,
	// not WeChat's: the call was not made. With a take beside it the document plans the next try, or its end; without one it
	// stays as it is, and the claim's end brings it back.
	Call(ctx context.Context, merchant, id string, s S) (take func(*aggregate.Turn[S]), err error)
}

// Errands runs the errands of one kind of documents.
type Errands[S any] struct {
	Store *aggregate.Store[S]
	Job   Job[S]
	// Claim is how long a replica keeps a document to itself while it calls for it: more than twice a call's timeout.
	Claim time.Duration
	Pool  *lane.Pool
	Clock clock.Clock
	Log   *slog.Logger
	// Life ends when errands are to be given up.
	Life context.Context
}

// Turn is one decision about one document, by somebody who may make a call due. When one is due it is begun at once, in the
// same write, and made in this process; without room the sweep does it.
func (x *Errands[S]) Turn(ctx context.Context, merchant, id string, decide func(*aggregate.Turn[S]) (aggregate.Decision, error)) error {
	slot, full := x.Pool.Reserve(merchant)
	begun, _, err := x.Decide(ctx, merchant, id, full == nil, decide)
	switch {
	case err == nil && begun != none:
		slot.Go(func() { x.carry(merchant, id, begun) })
	case full == nil:
		slot.Release()
	}
	return err
}

// Begun names the call that somebody in this process has begun: its Todo's Seq.
type Begun int64

const (
	// none is begun.
	none Begun = 0
	// claimed: nothing is begun, but the sweep keeps the document for us.
	claimed Begun = -1
)

// Decide is Turn without the call: what it began is the caller's to make, by Do. here is false when nobody can make it in
// this process. s is the document after the turn.
func (x *Errands[S]) Decide(
	ctx context.Context, merchant, id string, here bool, decide func(*aggregate.Turn[S]) (aggregate.Decision, error),
) (begun Begun, s S, err error) {
	err = x.Store.Turn(ctx, merchant, id, "", func(t *aggregate.Turn[S]) (aggregate.Decision, error) {
		begun = none
		before := x.Job.Todo(t.State).Seq
		decision, err := decide(t)
		if err == nil && decision == aggregate.Save && x.Job.Todo(t.State).Seq != before { // else it is somebody's: leave the claim
			begun = x.plan(t, here)
		}
		s = *t.State
		return decision, err
	})
	return begun, s, err
}

// plan sets when the sweep looks at the document. What is due now is begun here, if here can.
func (x *Errands[S]) plan(t *aggregate.Turn[S], here bool) Begun {
	todo := x.Job.Todo(t.State)
	t.DueAt = todo.At
	if !here || !todo.Due(t.Now) {
		return none
	}
	x.Job.Begin(t.State, t.Now)
	t.DueAt = t.Now.Add(x.Claim)
	return Begun(todo.Seq)
}

// Do makes the one next call and tells what it began after it, and what the document became. begun is what the caller has
// begun, zero for nothing: it is begun here first. Nothing is done when nothing is due, or when somebody else is at it.
func (x *Errands[S]) Do(ctx context.Context, merchant, id string, begun Begun) (next Begun, s S, err error) {
	if begun == none || begun == claimed {
		begun, s, err = x.begin(ctx, merchant, id, begun)
	} else {
		s, err = x.load(ctx, id)
	}
	if err != nil || begun == none || x.Job.Todo(&s).Seq != int64(begun) {
		return none, s, err
	}
	take, err := x.Job.Call(ctx, merchant, id, s)
	if take == nil {
		return none, s, err
	}
	if err != nil {
		x.Log.Warn("call not made", service.KeyMerchant, merchant, "document", id, "op", string(x.Job.Todo(&s).Op),
			service.KeyClass, fault.ClassOf(err).String(), service.KeyError, err, "next", "as its timers say")
	}
	return x.Decide(context.WithoutCancel(ctx), merchant, id, true, func(t *aggregate.Turn[S]) (aggregate.Decision, error) {
		take(t)
		return aggregate.Save, nil
	})
}

// begin begins what is due, if it is, and if nobody else has: a due call whose document is not due is under way.
func (x *Errands[S]) begin(ctx context.Context, merchant, id string, as Begun) (begun Begun, s S, err error) {
	err = x.Store.Turn(ctx, merchant, id, "", func(t *aggregate.Turn[S]) (aggregate.Decision, error) {
		begun, s = none, *t.State
		if t.New || !x.Job.Todo(t.State).Due(t.Now) || as == none && t.DueAt.After(t.Now) {
			return aggregate.Skip, nil
		}
		begun = x.plan(t, true)
		s = *t.State
		return aggregate.Save, nil
	})
	return begun, s, err
}

func (x *Errands[S]) load(ctx context.Context, id string) (S, error) {
	rec, err := x.Store.Documents().Get(ctx, id)
	return rec.Doc.State, err
}
