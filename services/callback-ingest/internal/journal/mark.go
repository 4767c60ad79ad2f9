package journal

import (
	"context"
	"time"
)

// MarkPublished says that the events of these notices are in the broker since at. Doing it twice does it once.
func (j *Journal) MarkPublished(ctx context.Context, ids []string, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := j.notices.MarkMany(ctx, fieldPublished, at, ids); err != nil {
		return err
	}
	return j.mark(ctx, Published, ids)
}

// MarkUnroutable sets notices aside that turned out to fit no merchant after all.
func (j *Journal) MarkUnroutable(ctx context.Context, ids []string) error {
	return j.mark(ctx, Unroutable, ids)
}

// MarkRouted lets an unroutable notice wait to be published: it fits a merchant now.
func (j *Journal) MarkRouted(ctx context.Context, id, merchant, outOrderNo string) error {
	if _, err := j.notices.MarkMany(ctx, fieldMerchant, indexed(merchant), []string{id}); err != nil {
		return err
	}
	if _, err := j.notices.MarkMany(ctx, fieldOrderNo, indexed(outOrderNo), []string{id}); err != nil {
		return err
	}
	return j.mark(ctx, Waiting, []string{id})
}

// MarkRepeated notes that these facts were told again at a time. Only the last time is kept: a mark is cheap, idempotent
// and safe among replicas, a count would be none of these. How many repeats came is in the metrics and in the log.
func (j *Journal) MarkRepeated(ctx context.Context, ids []string, at time.Time) error {
	_, err := j.notices.MarkMany(ctx, fieldLastRepeat, at, ids)
	return err
}

func (j *Journal) mark(ctx context.Context, s State, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := j.notices.MarkMany(ctx, fieldState, string(s), ids)
	return err
}
