package aggregate

import (
	"context"
	"errors"
	"sync"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// unreadable are the documents that sweeps met and could not decode: written by another release, or by hand.
type unreadable struct {
	mu  sync.Mutex
	ids map[string]bool
}

// rememberedUnreadable bounds them; what is beyond is skipped all the same.
const rememberedUnreadable = 4096

// add notes an id and reports whether it is new.
func (u *unreadable) add(id string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.ids[id] || len(u.ids) >= rememberedUnreadable {
		return false
	}
	u.ids[id] = true
	return true
}

// mended notes that documents decode.
func mended[T any](u *unreadable, records []docstore.Record[T]) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.ids) == 0 {
		return
	}
	for _, r := range records {
		delete(u.ids, r.ID)
	}
}

// Unreadable is how many documents the sweeps of this process met that do not decode and did not since. Nothing is done
// for them until they are mended or a release comes that can read them.
func (s *Store[S]) Unreadable() int {
	s.broken.mu.Lock()
	defer s.broken.mu.Unlock()
	return len(s.broken.ids)
}

// find reads a page for a sweep. A document that does not decode is named once in the log, counted and left out: it
// keeps no other from being served.
func (s *Store[S]) find(ctx context.Context, q docstore.Query) (docstore.Page[Document[S]], error) {
	page, err := s.coll.Find(ctx, q)
	mended(s.broken, page.Records)
	u, ok := errors.AsType[*docstore.Unreadable](err)
	if !ok {
		return page, err
	}
	for _, id := range u.IDs {
		if s.broken.add(id) {
			s.deps.Log.ErrorContext(ctx, "a stored document cannot be read", "collection", s.spec.Collection, "id", id, "error", err)
		}
	}
	return page, nil
}
