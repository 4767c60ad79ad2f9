package callbackingest_test

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// weather is what happens to writes of a store.
type weather int32

const (
	fair weather = iota
	// away refuses writes at once.
	away
	// hanging answers no insert before its caller gave up.
	hanging
	// lossy stores inserts and loses the answers.
	lossy
	// unmarked refuses marks only.
	unmarked
)

// moody is a real store behind a connection that fails as told. It counts the inserts it was asked for.
type moody struct {
	docstore.Store
	mood    atomic.Int32
	inserts atomic.Int64
}

func (s *moody) set(w weather) { s.mood.Store(int32(w)) }

func (s *moody) Collection(ctx context.Context, schema docstore.Schema) (docstore.Raw, error) {
	raw, err := s.Store.Collection(ctx, schema)
	return moodyRaw{raw, s}, err
}

type moodyRaw struct {
	docstore.Raw
	store *moody
}

var errAway = errors.New("connection refused")

func (r moodyRaw) InsertMany(ctx context.Context, rows []docstore.Row) []error {
	r.store.inserts.Add(1)
	switch weather(r.store.mood.Load()) {
	case away:
		return same(docstore.Away(errAway, "inserting"), len(rows))
	case hanging:
		<-ctx.Done()
		return same(docstore.Away(ctx.Err(), "inserting"), len(rows))
	case lossy:
		r.Raw.InsertMany(ctx, rows)
		return same(docstore.Away(errAway, "inserting"), len(rows))
	}
	return r.Raw.InsertMany(ctx, rows)
}

func (r moodyRaw) MarkMany(ctx context.Context, marks []docstore.Mark, ids []string) (int, error) {
	if w := weather(r.store.mood.Load()); w == away || w == unmarked {
		return 0, docstore.Away(errAway, "marking")
	}
	return r.Raw.MarkMany(ctx, marks, ids)
}

func same(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}
