// Package aggregate is the only load → decide → save loop. One aggregate is one document and every change of it is one
// versioned write that holds the new state, the events it causes and the time of the next thing to do.
package aggregate

import (
	"context"
	"log/slog"
	"time"

	"github.com/facepay-go/facepay/pkg/clock"
	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/outbox"
)

// Document is what is stored of an aggregate with state S.
type Document[S any] struct {
	ID       string
	Merchant string
	State    S
	// Handled are the ids of the last events that changed this document. It is only a shortcut: correctness comes from
	// business keys in State, and the suites also run with the bound set to 0.
	Handled []string
	Outbox  outbox.Box
	// DueAt is when the sweep looks at this document; zero for never. Setting it ahead is also the claim by which one
	// replica keeps others from doing the same work at the same time.
	DueAt     time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Spec says what differs between aggregates.
type Spec[S any] struct {
	// Owner is the service that owns the documents and the events they cause.
	Owner string
	// Collection is the name of the collection.
	Collection string
	// Fields and Indexes are the aggregate's own, beside those of the loop itself.
	Fields  []docstore.Field[Document[S]]
	Indexes []docstore.Index
	// HandledBound is how many event ids a document remembers; DefaultHandled in production.
	HandledBound int
}

// DefaultHandled is the usual HandledBound.
const DefaultHandled = 64

// Deps are what the loop needs from outside.
type Deps struct {
	Docs   docstore.Store
	Events outbox.Publisher
	Clock  clock.Clock
	Log    *slog.Logger
}

// Store is access to all aggregates of one kind.
type Store[S any] struct {
	spec   Spec[S]
	deps   Deps
	coll   docstore.Collection[Document[S]]
	acked  *outbox.Acked
	broken *unreadable
}

const (
	outboxIndex = "outbox_due"
	dueIndex    = "due"
	// outboxGrace is how long the saver has to publish before the sweep does.
	outboxGrace = 5 * time.Second
)

// Open declares the collection and returns access to it.
func Open[S any](ctx context.Context, spec Spec[S], deps Deps) (*Store[S], error) {
	coll, err := docstore.Open(ctx, deps.Docs, docstore.Spec[Document[S]]{
		Name: spec.Collection,
		ID:   func(d *Document[S]) string { return d.ID },
		Fields: append([]docstore.Field[Document[S]]{
			{Name: "outbox_due", Kind: docstore.Time, Value: func(d *Document[S]) any { return unlessZero(d.Outbox.Due) }},
			{Name: "due_at", Kind: docstore.Time, Value: func(d *Document[S]) any { return unlessZero(d.DueAt) }},
		}, spec.Fields...),
		Indexes: append([]docstore.Index{
			{Name: outboxIndex, Fields: []string{"outbox_due"}},
			{Name: dueIndex, Fields: []string{"due_at"}},
		}, spec.Indexes...),
	})
	if err != nil {
		return nil, err
	}
	return &Store[S]{spec: spec, deps: deps, coll: coll, acked: outbox.NewAcked(4096), broken: &unreadable{ids: map[string]bool{}}}, nil
}

func unlessZero(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// Documents is read access for lists and lookups.
func (s *Store[S]) Documents() docstore.Collection[Document[S]] { return s.coll }
