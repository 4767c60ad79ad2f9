package notify

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
	"github.com/facepay-go/facepay/services/sandbox/account"
	"github.com/facepay-go/facepay/services/sandbox/due"
	plan "github.com/facepay-go/facepay/services/sandbox/fault"
)

// Queue holds the notices and delivers them. It is safe for concurrent use.
type Queue struct {
	notices   docstore.Collection[Notice]
	merchants account.Directory
	faults    *plan.Plan
	sender    sender
	clock     clock.Clock
	loop      *due.Loop
}

// Deps are what a queue needs.
type Deps struct {
	Store     docstore.Store
	Merchants account.Directory
	Faults    *plan.Plan
	Clock     clock.Clock
	Random    io.Reader
	HTTP      *http.Client
	Log       *slog.Logger
	// Parallel is how many notices are delivered at once.
	Parallel int
}

// Open declares the queue's collection in the store.
func Open(ctx context.Context, d Deps) (*Queue, error) {
	notices, err := docstore.Open(ctx, d.Store, docstore.Spec[Notice]{
		Name: "wechat_notices",
		ID:   func(n *Notice) string { return n.ID },
		Fields: []docstore.Field[Notice]{
			{Name: "out_order_no", Kind: docstore.String, Value: func(n *Notice) any { return n.OutOrderNo }},
			{Name: "created_at", Kind: docstore.Time, Value: func(n *Notice) any { return n.CreatedAt }},
			{Name: "due", Kind: docstore.Time, Value: func(n *Notice) any { return n.Due }},
		},
		Indexes: []docstore.Index{
			{Name: "by_due", Fields: []string{"due"}},
			{Name: "by_order", Fields: []string{"out_order_no", "created_at"}},
		},
	})
	if err != nil {
		return nil, err
	}
	q := &Queue{notices: notices, merchants: d.Merchants, faults: d.Faults, clock: d.Clock,
		sender: sender{clock: d.Clock, random: d.Random, http: d.HTTP}}
	q.loop = due.NewLoop(q, d.Parallel, d.Clock, d.Log)
	return q, nil
}

// Run delivers until ctx ends.
func (q *Queue) Run(ctx context.Context) { q.loop.Run(ctx) }

// Add queues a notice; a fact that is there already stays as it is.
func (q *Queue) Add(ctx context.Context, n Notice) error {
	err := q.insert(ctx, n)
	q.loop.Wake()
	return err
}

// AddAndDeliver queues a notice and makes its first try before it returns.
func (q *Queue) AddAndDeliver(ctx context.Context, n Notice) error {
	if !q.loop.Claim(n.ID) {
		return nil
	}
	defer q.loop.Wake()
	defer q.loop.Release(n.ID)
	if err := q.insert(ctx, n); err != nil {
		return err
	}
	return q.Work(ctx, n.ID)
}

func (q *Queue) insert(ctx context.Context, n Notice) error {
	n.CreatedAt = q.clock.Now()
	n.Due = n.CreatedAt
	if hopeless := q.undeliverable(&n); hopeless != "" {
		n.end(hopeless)
	}
	err := q.notices.Insert(ctx, &n)
	if fault.Is(err, fault.Duplicate) {
		return nil
	}
	return err
}

// undeliverable says why a notice cannot be sent at all; after a restart with another configuration that may be new.
func (q *Queue) undeliverable(n *Notice) Outcome {
	switch merchant := q.merchants[n.MchID]; {
	case merchant == nil || merchant.APIv3Key == "":
		return NoAPIv3Key
	case n.URL == "":
		return NoURL
	}
	return ""
}

// Waiting implements due.Source.
func (q *Queue) Waiting(ctx context.Context, limit int) ([]due.Item, error) {
	page, err := q.notices.Find(ctx, docstore.Query{Index: "by_due", Limit: limit})
	items := make([]due.Item, 0, len(page.Records))
	for _, r := range page.Records {
		items = append(items, due.Item{ID: r.ID, At: r.Doc.Due})
	}
	return items, err
}

// Work implements due.Source: it makes one try.
func (q *Queue) Work(ctx context.Context, id string) error {
	r, err := q.notices.Get(ctx, id)
	if err != nil {
		return err
	}
	n := &r.Doc
	if n.Outcome != "" || n.Due.After(q.clock.Now()) {
		return nil // another try was quicker
	}
	if hopeless := q.undeliverable(n); hopeless != "" {
		n.end(hopeless)
		return q.notices.Replace(ctx, n, r.Version)
	}
	if n.Kept != nil {
		q.replay(ctx, n)
		return q.notices.Replace(ctx, n, r.Version)
	}
	if err := q.try(ctx, n); err != nil {
		return err
	}
	if err := q.notices.Replace(ctx, n, r.Version); err != nil {
		return err
	}
	if n.Outcome == Delivered {
		return q.release(ctx, n)
	}
	return nil
}

// try delivers the notice, or does with it what its fault says.
func (q *Queue) try(ctx context.Context, n *Notice) error {
	rule := q.faults.Take(plan.Subject{Operation: plan.Notify, MchID: n.MchID, OutOrderNo: n.OutOrderNo, OpenID: n.OpenID, EventType: n.EventType})
	switch {
	case rule.Kind == plan.Never:
		n.end(Suppressed)
	case rule.Kind == plan.Late && !n.Delayed:
		n.Delayed, n.Due = true, q.clock.Now().Add(rule.Delay())
	case rule.Kind == plan.Reversed && !n.Held:
		n.Held, n.Due = true, q.clock.Now().Add(heldAtMost)
	default:
		return q.deliver(ctx, n, rule)
	}
	return nil
}

// heldAtMost is how long a notice is kept back behind a later one that does not come.
const heldAtMost = time.Hour

// release lets the notices of the order go that were kept back behind this one.
func (q *Queue) release(ctx context.Context, n *Notice) error {
	if n.OutOrderNo == "" {
		return nil
	}
	page, err := q.notices.Find(ctx, docstore.Query{Index: "by_order", Equal: []any{n.OutOrderNo}})
	if err != nil {
		return err
	}
	for _, r := range page.Records {
		if held := &r.Doc; held.Held && held.MchID == n.MchID && held.Outcome == "" && held.Tries == 0 && held.ID != n.ID {
			held.Due = q.clock.Now()
			if err := q.notices.Replace(ctx, held, r.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// OfOrder lists the first notices about one number of a merchant in order of time; of all merchants when mchID is "".
func (q *Queue) OfOrder(ctx context.Context, mchID, outOrderNo string, limit int) ([]Notice, error) {
	notices := []Notice{}
	for r, err := range q.notices.Scan(ctx, docstore.Query{Index: "by_order", Equal: []any{outOrderNo}}) {
		if err != nil {
			return nil, err
		}
		if mchID != "" && r.Doc.MchID != mchID {
			continue
		}
		if notices = append(notices, r.Doc); len(notices) == limit {
			break
		}
	}
	return notices, nil
}
