package docstore

import (
	"cmp"
	"context"
	"slices"
)

// batch collects the rows of one call that can be stored, and remembers whose they are.
type batch struct {
	errs    []error
	members []member
}

type member struct {
	row Row
	at  int // its place in the call
}

func newBatch(n int) *batch {
	return &batch{errs: make([]error, n), members: make([]member, 0, n)}
}

// add takes row as the member at a place of the call, or err as its answer.
func (b *batch) add(at int, row Row, err error) {
	if err != nil {
		b.errs[at] = err
		return
	}
	b.members = append(b.members, member{row, at})
}

// send stores the rows, in the order of their ids: databases that lock documents one after the other then cannot
// deadlock over two calls. It returns an answer for every member of the call.
func (b *batch) send(ctx context.Context, store func(context.Context, []Row) []error) []error {
	if len(b.members) == 0 {
		return b.errs
	}
	slices.SortStableFunc(b.members, func(x, y member) int { return cmp.Compare(x.row.ID, y.row.ID) })
	rows := make([]Row, len(b.members))
	for i, m := range b.members {
		rows[i] = m.row
	}
	for i, err := range store(ctx, rows) {
		b.errs[b.members[i].at] = err
	}
	return b.errs
}
