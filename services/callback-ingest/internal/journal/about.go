package journal

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// Told is a notice with its marks.
type Told struct {
	Notice *Notice
	// State is the present one.
	State State
	// PublishedAt and LastRepeatAt are zero when it was not published, or not repeated.
	PublishedAt, LastRepeatAt time.Time
}

// mostTold bounds one answer. An order has a handful of facts; only partial payments make more.
const mostTold = 200

// About lists what was told of one order, in the order of arrival, the first 200.
func (j *Journal) About(ctx context.Context, merchant, outOrderNo string) ([]Told, error) {
	if indexed(merchant) == nil || indexed(outOrderNo) == nil {
		return nil, nil
	}
	page, err := j.notices.Find(ctx, docstore.Query{Index: byOrder, Equal: []any{merchant, outOrderNo}, Limit: mostTold})
	if err != nil || len(page.Records) == 0 {
		return nil, err
	}
	ids := make([]string, len(page.Records))
	for i, r := range page.Records {
		ids[i] = r.ID
	}
	states, err := marks[string](ctx, j, fieldState, ids)
	if err != nil {
		return nil, err
	}
	published, err := marks[time.Time](ctx, j, fieldPublished, ids)
	if err != nil {
		return nil, err
	}
	repeated, err := marks[time.Time](ctx, j, fieldLastRepeat, ids)
	if err != nil {
		return nil, err
	}
	told := make([]Told, len(ids))
	for i, n := range docs(page.Records) {
		told[i] = Told{Notice: n, State: State(states[n.ID]), PublishedAt: published[n.ID], LastRepeatAt: repeated[n.ID]}
	}
	return told, nil
}

// marks reads one mark of each id, leaving out those that are absent.
func marks[V any](ctx context.Context, j *Journal, field string, ids []string) (map[string]V, error) {
	stored, err := j.notices.Marks(ctx, field, ids)
	if err != nil {
		return nil, err
	}
	found := make(map[string]V, len(stored))
	for id, value := range stored {
		if v, present := value.(V); present {
			found[id] = v
		}
	}
	return found, nil
}
