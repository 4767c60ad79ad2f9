package notify

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// deliver makes one try with what the rule spoils, and settles the notice. Probes, spoiled copies and lies never count
// as accepted, whatever the receiver answers: the schedule goes on with the truth.
func (q *Queue) deliver(ctx context.Context, n *Notice, rule plan.Rule) error {
	m := q.merchants[n.MchID]
	switch kind := rule.Kind; {
	case kind == plan.Concurrent:
		accepted, err := q.copies(ctx, m, n, rule.Copies)
		if err == nil {
			n.settle(accepted, q.clock.Now())
		}
		return err
	case kind.Lies():
		lie, err := lieOf(n, m, q.merchants, rule)
		if err != nil {
			return err
		}
		return q.untrue(ctx, m, n, lie, kind)
	case kind == plan.WrongKey, kind == plan.Tampered, kind == plan.OldKey, kind == plan.UnknownKey, kind == plan.Stale:
		return q.untrue(ctx, m, n, *n, kind)
	case kind == plan.ProbeUndecodable, kind == plan.ProbeWrong:
		if _, _, err := q.once(ctx, m, n, kind); err != nil {
			return err
		}
	}
	return q.truth(ctx, m, n, rule)
}

// truth sends the sound notice, and again if the rule says so.
func (q *Queue) truth(ctx context.Context, m *account.Merchant, n *Notice, rule plan.Rule) error {
	sent, accepted, err := q.once(ctx, m, n, oddOnly(rule.Kind))
	if err == nil && accepted && rule.Kind == plan.Twice {
		_, _, err = q.once(ctx, m, n, "")
	}
	if err != nil {
		return err
	}
	n.settle(accepted, q.clock.Now())
	if accepted && rule.Kind == plan.Replayed {
		n.keep(sent, q.clock.Now().Add(rule.Delay()))
	}
	return nil
}

// untrue sends what must not be believed, in the notice's place.
func (q *Queue) untrue(ctx context.Context, m *account.Merchant, n *Notice, told Notice, kind plan.Kind) error {
	message, err := q.sender.message(m, &told, kind)
	if err != nil {
		return err
	}
	at := q.clock.Now()
	n.note(Attempt{At: at, Status: q.sender.send(ctx, n.URL, message), Fault: string(kind)})
	n.settle(false, q.clock.Now())
	return nil
}

// oddOnly is the kind when the notice stays true with it, else none.
func oddOnly(kind plan.Kind) plan.Kind {
	if kind.Odd() {
		return kind
	}
	return ""
}

// replay sends the bytes of an earlier delivery once more; it is the end of the notice, whatever is answered.
func (q *Queue) replay(ctx context.Context, n *Notice) {
	at := q.clock.Now()
	n.note(Attempt{At: at, Status: q.sender.send(ctx, n.URL, *n.Kept), Fault: string(plan.Replayed)})
	n.Kept = nil
	n.end(Delivered)
}

// copies sends the notice several times at the same moment; accepted when any copy was.
func (q *Queue) copies(ctx context.Context, m *account.Merchant, n *Notice, count int) (accepted bool, err error) {
	messages := make([]Message, count)
	for i := range messages {
		if messages[i], err = q.sender.message(m, n, ""); err != nil {
			return false, err
		}
	}
	attempts := make([]Attempt, count)
	var sent sync.WaitGroup
	for i, message := range messages {
		sent.Go(func() {
			attempts[i] = Attempt{At: q.clock.Now(), Status: q.sender.send(ctx, n.URL, message), Fault: string(plan.Concurrent)}
		})
	}
	sent.Wait()
	n.note(attempts...)
	for _, a := range attempts {
		accepted = accepted || accepts(a.Status)
	}
	return accepted, nil
}

func (q *Queue) once(ctx context.Context, m *account.Merchant, n *Notice, spoil plan.Kind) (sent Message, accepted bool, err error) {
	message, err := q.sender.message(m, n, spoil)
	if err != nil {
		return Message{}, false, err
	}
	at := q.clock.Now()
	status := q.sender.send(ctx, n.URL, message)
	n.note(Attempt{At: at, Status: status, Fault: string(spoil)})
	return message, accepts(status), nil
}

// accepts: success is 200 or 204 (wechat-protocol.md §7.5).
func accepts(status int) bool { return status == http.StatusOK || status == http.StatusNoContent }

// keep puts a replay of the message off to its time.
func (n *Notice) keep(sent Message, until time.Time) { n.Kept, n.Outcome, n.Due = &sent, "", until }
