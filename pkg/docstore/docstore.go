// Package docstore keeps documents of one type in a collection, one write at a time. It offers just what a single
// document store can do everywhere — standalone MongoDB, replica set, sharded cluster, a Mongo-compatible server, an
// embedded SQLite file: no transactions, no change streams, no upserts, no server-side expressions. Every query uses
// an index declared in the Spec. Implementations live in the sub-packages mongo and sqlite and pass docstoretest;
// package dsn opens either by URI.
//
// Many writers may be committed together (SQLite groups them into one transaction, MongoDB flushes its journal once
// for all). When such a commit fails, every member gets Retry: whether it was stored is unknown. Repeating is safe for
// each of them, because an insert of a stored id is a Duplicate, a replace of a moved version is a Conflict, and a mark
// or a delete done twice is done once.
package docstore

import (
	"context"
	"iter"
	"time"
)

// Store is one service's database. A collection is obtained with Open (a function, since methods have no type
// parameters).
type Store interface {
	// Collection creates what the schema needs (table, indexes) if it is not there and returns access to it. Declaring
	// a collection again with other fields or indexes adds the new ones; it never drops one, and one that exists in
	// another shape is a Terminal error. A field added later is absent in older documents until they are replaced.
	Collection(ctx context.Context, schema Schema) (Raw, error)
	// Ping answers nil when a write could be accepted now, Retry otherwise.
	Ping(ctx context.Context) error
	// Close ends the store; the store owns nothing afterwards. Writes that are waiting are finished first; later calls
	// get Retry. Closing again does nothing.
	Close() error
}

// Record is a stored document with its version: 1 when inserted, one more at each replace.
type Record[T any] struct {
	ID      string
	Version int64
	Doc     T
}

// Page is one page of results. Next is "" when there are no more.
type Page[T any] struct {
	Records []Record[T]
	Next    Cursor
}

// Replacement asks for one versioned replace.
type Replacement[T any] struct {
	Doc      T
	Expected int64
}

// Collection is typed access to one collection. All errors are classified (package fault):
//   - Duplicate  an insert found the id, or a write found a unique index value, already there
//   - Conflict   a replace found another version (or no document)
//   - NotFound   a get found nothing
//   - Terminal   the document or query breaks a rule of this package
//   - Retry      the store is away, closed or full, or ctx ended; for a write the outcome is unknown, and repeating the
//     same versioned write is safe
//
// A write is on disk (SQLite: synchronous FULL; MongoDB: majority and journal) when it returns nil. A ctx that ends
// while a write waits for its turn does not withdraw the write: it may still happen.
type Collection[T any] interface {
	// Insert stores a new document with version 1.
	Insert(ctx context.Context, doc *T) error
	// InsertMany inserts each document on its own; errs[i] tells of docs[i], and errs is as long as docs. One round
	// trip, one commit.
	InsertMany(ctx context.Context, docs []*T) (errs []error)
	// Get loads one document.
	Get(ctx context.Context, id string) (Record[T], error)
	// Replace stores doc as version expected+1 if the stored version is expected.
	Replace(ctx context.Context, doc *T, expected int64) error
	// ReplaceMany replaces each document on its own; errs[i] tells of rs[i], and errs is as long as rs. One round trip,
	// one commit. An id named twice in one call is Terminal for the later ones.
	ReplaceMany(ctx context.Context, rs []Replacement[T]) (errs []error)
	// MarkMany sets extracted fields, each named once, on the documents with these ids, leaving bodies and versions as
	// they are, and returns how many documents were found. A field of a unique index cannot be marked. It is idempotent,
	// sets all marks of one document or none, and is not atomic over many ids. Documents whose fields are marked are not
	// replaced (a replace extracts all fields anew and so forgets marks).
	MarkMany(ctx context.Context, marks []Mark, ids []string) (int, error)
	// Marks reads one extracted field as stored (with marks), by id: string, int64, time.Time or bool as its Kind says,
	// nil when absent. Missing ids are missing from the map.
	Marks(ctx context.Context, field string, ids []string) (map[string]any, error)
	// Find returns one page. When some of its documents do not decode the error is an *Unreadable, and the page has all
	// others and its Next: whoever can do without some goes on.
	Find(ctx context.Context, q Query) (Page[T], error)
	// Scan streams all results of q in order, page by page (Limit is the page size). It stops at the first error. A
	// document that matches throughout and keeps its place is seen exactly once, whatever is written meanwhile.
	Scan(ctx context.Context, q Query) iter.Seq2[Record[T], error]
	// Count counts at most most documents (most > 0), whatever q.Limit says.
	Count(ctx context.Context, q Query, most int) (int, error)
	// DeleteMany deletes at most q.Limit documents, the first in the order of q (retention), and returns how many.
	DeleteMany(ctx context.Context, q Query) (int, error)
}

// Millis cuts a time to the precision every store keeps.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
