package notify

import (
	"context"
	"net/http"
	"sync"

	"github.com/facepay-go/facepay/services/sandbox/account"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// deliver makes one try with what the rule spoils, and reports whether the notice was accepted. Probes and spoiled
// copies never count as accepted, whatever the receiver answers.
func (q *Queue) deliver(ctx context.Context, n *Notice, rule plan.Rule) (accepted bool, err error) {
	m := q.merchants[n.MchID]
	switch rule.Kind {
	case plan.ProbeUndecodable, plan.ProbeWrong:
		if _, err := q.once(ctx, m, n, rule.Kind); err != nil {
			return false, err
		}
	case plan.WrongKey, plan.Tampered:
		_, err := q.once(ctx, m, n, rule.Kind)
		return false, err
	case plan.Concurrent:
		return q.copies(ctx, m, n, rule.Copies)
	}
	accepted, err = q.once(ctx, m, n, "")
	if err == nil && accepted && rule.Kind == plan.Twice {
		_, err = q.once(ctx, m, n, "")
	}
	return accepted, err
}

// copies sends the notice several times at the same moment; accepted when any copy was.
func (q *Queue) copies(ctx context.Context, m *account.Merchant, n *Notice, count int) (accepted bool, err error) {
	requests := make([]*http.Request, count)
	for i := range requests {
		if requests[i], err = q.sender.request(m, n, ""); err != nil {
			return false, err
		}
	}
	attempts := make([]Attempt, count)
	var sent sync.WaitGroup
	for i, r := range requests {
		sent.Go(func() {
			attempts[i] = Attempt{At: q.clock.Now(), Status: q.sender.send(ctx, r), Fault: string(plan.Concurrent)}
		})
	}
	sent.Wait()
	n.note(attempts...)
	for _, a := range attempts {
		accepted = accepted || accepts(a.Status)
	}
	return accepted, nil
}

func (q *Queue) once(ctx context.Context, m *account.Merchant, n *Notice, spoil plan.Kind) (accepted bool, err error) {
	r, err := q.sender.request(m, n, spoil)
	if err != nil {
		return false, err
	}
	at := q.clock.Now()
	status := q.sender.send(ctx, r)
	n.note(Attempt{At: at, Status: status, Fault: string(spoil)})
	return accepts(status), nil
}

// accepts: success is 200 or 204 (wechat-protocol.md §7.5).
func accepts(status int) bool { return status == http.StatusOK || status == http.StatusNoContent }
