package book

import (
	"context"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// firstNumber comes before every out_order_no: '*' is the smallest character one may hold (wechat-protocol.md §6.2).
const firstNumber = "*"

// ByOrder gives the merchant's calls about each number behind after (from the first for ""), in order of number, to each: at
// most limit numbers; those of all merchants when mchID is "". more reports that there are others behind the last one.
func (j *Journal) ByOrder(ctx context.Context, mchID, after string, limit int, each func(outOrderNo string, calls []Call) error) (more bool, err error) {
	if err := j.flushed(ctx); err != nil {
		return false, err
	}
	from := after
	if from == "" {
		from = firstNumber
	}
	var calls []Call
	given := 0
	for r, err := range j.calls.Scan(ctx, docstore.Query{Index: "by_order", From: from}) {
		if err != nil {
			return false, err
		}
		if r.Doc.OutOrderNo == after || mchID != "" && r.Doc.MchID != mchID {
			continue // of the page before, or another's
		}
		if len(calls) > 0 && calls[0].OutOrderNo != r.Doc.OutOrderNo {
			if err := each(calls[0].OutOrderNo, calls); err != nil {
				return false, err
			}
			if given++; given == limit {
				return true, nil
			}
			calls = nil
		}
		calls = append(calls, r.Doc)
	}
	if len(calls) == 0 {
		return false, nil
	}
	return false, each(calls[0].OutOrderNo, calls)
}

// flushed waits until every call that was answered before this one is stored.
func (j *Journal) flushed(ctx context.Context) error {
	done := make(chan struct{})
	select {
	case j.flush <- done:
		<-done
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
