package sqlite

import (
	"slices"
	"sync"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// recentBytes bounds the bodies of one generation of recent rows; there are two.
const recentBytes = 16 << 20

// recent are rows as this process committed them last: who works on a document that was written a moment ago needs no
// read of the file. They are the truth, and not a guess, because one process has the file and one goroutine writes it:
// a row is forgotten before its change is committed and remembered anew behind the commit, so a reader finds the
// committed one here, or none and asks the file. Reads do not add to it: they could be older than a commit beside them.
type recent struct {
	mu         sync.RWMutex
	young, old map[place]docstore.Row
	bytes      int // of the young
}

// place is where a row lies.
type place struct{ collection, id string }

func newRecent() *recent { return &recent{young: map[place]docstore.Row{}} }

// get gives the row as it is committed, with a body of its own; false when it is not remembered.
func (r *recent) get(at place) (docstore.Row, bool) {
	r.mu.RLock()
	row, known := r.young[at]
	if !known {
		row, known = r.old[at]
	}
	r.mu.RUnlock()
	row.Body = slices.Clone(row.Body)
	return row, known
}

// forget is called before a change is committed.
func (r *recent) forget(at place) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(at)
}

func (r *recent) drop(at place) {
	if row, known := r.young[at]; known {
		r.bytes -= cap(row.Body)
		delete(r.young, at)
	}
	delete(r.old, at)
}

// forgetAll is called before changes to nobody knows which rows.
func (r *recent) forgetAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.young, r.old, r.bytes = map[place]docstore.Row{}, nil, 0
}

// remember takes rows that are committed. Old ones go, the oldest first.
func (r *recent) remember(rows map[place]docstore.Row) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for at, row := range rows {
		if cap(row.Body) > recentBytes/16 {
			continue
		}
		if r.bytes += cap(row.Body); r.bytes > recentBytes {
			r.young, r.old, r.bytes = map[place]docstore.Row{}, r.young, cap(row.Body)
		}
		r.young[at] = row
	}
}
