package mongo

import (
	"context"
	"errors"
	"slices"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// errAborted marks a write that the server undid to let another one pass: it did not happen.
var errAborted = errors.New("aborted by the server in favour of another write")

// aborts are the codes for it. PostgreSQL based servers (FerretDB 2) pass SQLSTATE on, six bits a letter from the
// lowest: several writers of one unique value deadlock there.
var aborts = [...]int{
	112,      // WriteConflict
	16777220, // SQLSTATE 40001, serialization failure
	16908292, // SQLSTATE 40P01, deadlock detected
}

func aborted(code int) bool { return slices.Contains(aborts[:], code) }

// attempts bounds the repetitions; who is aborted so often gets Retry.
const attempts = 20

// untilSettled writes rows and repeats those that were aborted. Only one call at a time repeats: if all did at once,
// they would meet again.
func (c *collection) untilSettled(ctx context.Context, rows []docstore.Row, write func([]docstore.Row) []error) []error {
	errs := write(rows)
	if !slices.ContainsFunc(errs, isAborted) {
		return errs
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return errs
	}
	for range attempts {
		var again []docstore.Row
		var at []int
		for i, err := range errs {
			if isAborted(err) {
				again, at = append(again, rows[i]), append(at, i)
			}
		}
		if len(again) == 0 {
			break
		}
		for n, err := range write(again) {
			errs[at[n]] = err
		}
	}
	return errs
}

func isAborted(err error) bool { return errors.Is(err, errAborted) }
