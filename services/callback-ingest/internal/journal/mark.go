package journal

import (
	"context"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// MarkPublished says that the events of these notices are in the broker since at. Doing it twice does it once.
func (j *Journal) MarkPublished(ctx context.Context, ids []string, at time.Time) error {
	return j.mark(ctx, ids, docstore.Mark{Field: fieldPublished, Value: at}, state(Published))
}

// MarkUnroutable sets notices aside that turned out to fit no merchant after all.
func (j *Journal) MarkUnroutable(ctx context.Context, ids []string) error {
	return j.mark(ctx, ids, state(Unroutable))
}

// MarkRouted lets an unroutable notice wait to be published: it fits a merchant now.
func (j *Journal) MarkRouted(ctx context.Context, id, merchant, outOrderNo string) error {
	return j.mark(ctx, []string{id}, state(Waiting),
		docstore.Mark{Field: fieldMerchant, Value: indexed(merchant)}, docstore.Mark{Field: fieldOrderNo, Value: indexed(outOrderNo)})
}

// MarkRepeated notes that these facts were told again at a time. Only the last time is kept: a mark is cheap, idempotent
// and safe among replicas, a count would be none of these. How many repeats came is in the metrics and in the log.
func (j *Journal) MarkRepeated(ctx context.Context, ids []string, at time.Time) error {
	return j.mark(ctx, ids, docstore.Mark{Field: fieldLastRepeat, Value: at})
}

// mark sets all marks in one write.
func (j *Journal) mark(ctx context.Context, ids []string, marks ...docstore.Mark) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := j.notices.MarkMany(ctx, marks, ids)
	return err
}

func state(s State) docstore.Mark { return docstore.Mark{Field: fieldState, Value: string(s)} }
