package journal

import (
	"context"
	"log/slog"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/service"
)

// Repeats notes, after the answer, when a known fact was told again. It is a note for people: what does not fit in the
// queue, or fails, is dropped.
type Repeats struct {
	journal *Journal
	clock   clock.Clock
	log     *slog.Logger
	queue   chan string
}

// NewRepeats makes it; Run works it off.
func NewRepeats(j *Journal, c clock.Clock, log *slog.Logger) *Repeats {
	return &Repeats{journal: j, clock: c, log: log, queue: make(chan string, 1024)}
}

// Note never blocks.
func (r *Repeats) Note(id string) {
	select {
	case r.queue <- id:
	default:
	}
}

// Run marks until ctx ends, those that wait at the same moment in one write.
func (r *Repeats) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case id := <-r.queue:
			ids := append(r.waiting(), id)
			if err := r.journal.MarkRepeated(ctx, ids, r.clock.Now()); err != nil && ctx.Err() == nil {
				r.log.Warn("repeats not noted", "count", len(ids), service.KeyError, err)
			}
		}
	}
}

func (r *Repeats) waiting() []string {
	ids := make([]string, 0, len(r.queue)+1)
	for {
		select {
		case id := <-r.queue:
			ids = append(ids, id)
		default:
			return ids
		}
	}
}
