package aggregate

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
)

const (
	// sweepPage is how many documents are read at once.
	sweepPage = 256
	// sweepPages bounds one round. The next round goes on where this one ended, so that no crowd of documents that
	// cannot be served (a merchant without room, events the broker refuses) hides those behind it.
	sweepPages = 16
)

// rounds runs one round after the other, each from where the last one ended, "" being the beginning.
func (s *Store[S]) rounds(
	ctx context.Context, every time.Duration, name string, round func(context.Context, docstore.Cursor) (docstore.Cursor, error),
) {
	var from docstore.Cursor
	for s.deps.Clock.Sleep(ctx, every) == nil {
		next, err := round(ctx, from)
		if err != nil && ctx.Err() == nil {
			s.deps.Log.WarnContext(ctx, name, "collection", s.spec.Collection, "error", err)
		}
		from = next
	}
}

// shuffle keeps replicas that read the same page from meeting at every document.
func shuffle[T any](records []T) {
	rand.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
}
