package journal

import (
	"context"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/service"
)

// Retention deletes notices that were kept long enough. One that still waits to be published is never deleted.
type Retention struct {
	Journal *Journal
	Clock   clock.Clock
	Log     *slog.Logger
	// Keep is how long a notice is kept after it was received; Every is the time between two rounds.
	Keep, Every time.Duration
}

// deleteAtOnce bounds one step, stepsAtOnce one round: a large backlog is worked off over several rounds.
const (
	deleteAtOnce = 500
	stepsAtOnce  = 200
)

// Run deletes, round after round, until ctx ends.
func (r Retention) Run(ctx context.Context) error {
	for {
		deleted, err := r.round(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("old notices not deleted", service.KeyError, err)
		}
		if deleted > 0 {
			r.Log.Info("old notices deleted", "count", deleted)
		}
		if r.Clock.Sleep(ctx, r.Every) != nil {
			return nil
		}
	}
}

func (r Retention) round(ctx context.Context) (deleted int, err error) {
	before := r.Clock.Now().Add(-r.Keep)
	for _, s := range []State{Published, Kept, Unroutable} {
		for range stepsAtOnce {
			n, err := r.Journal.notices.DeleteMany(ctx, docstore.Query{
				Index: byState, Equal: []any{string(s)}, Before: before, Limit: deleteAtOnce,
			})
			deleted += n
			if err != nil {
				return deleted, err
			}
			if n < deleteAtOnce {
				break
			}
		}
	}
	return deleted, nil
}
