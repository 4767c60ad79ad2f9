// Package memory keeps documents in this process alone: nothing survives its end. It is for what stands in for others in
// a measurement or a test; no configuration can name it, so no service can run on it.
package memory

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/facepay-go/facepay/pkg/docstore"
)

var errClosed = errors.New("the store is closed")

// Store is collections in memory. It implements docstore.Store.
type Store struct {
	closed atomic.Bool

	mu     sync.Mutex
	tables map[string]*table
}

// New is an empty store.
func New() *Store { return &Store{tables: map[string]*table{}} }

// Collection makes table and indexes and returns access to them.
func (s *Store) Collection(ctx context.Context, schema docstore.Schema) (docstore.Raw, error) {
	if err := s.away(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.tables[schema.Name]
	if !known {
		t = &table{store: s, name: schema.Name, kinds: map[string]docstore.Kind{}, rows: map[string]docstore.Row{}}
		s.tables[schema.Name] = t
	}
	return t, t.declare(schema)
}

// Ping tells whether the store is open.
func (s *Store) Ping(ctx context.Context) error { return s.away(ctx) }

// Close forgets everything.
func (s *Store) Close() error {
	s.closed.Store(true)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tables = nil
	return nil
}

// away is nil as long as something can be done.
func (s *Store) away(ctx context.Context) error {
	if s.closed.Load() {
		return docstore.Away(errClosed, "use the store")
	}
	if ctx.Err() != nil {
		return docstore.Away(ctx.Err(), "use the store")
	}
	return nil
}
