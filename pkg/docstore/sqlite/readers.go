package sqlite

import (
	"context"
	"database/sql"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// readers are the connections that read. A caller waits for one as long as its context lasts; the read itself, a page of
// documents at most, is then not interrupted: the driver would start a goroutine for every statement to be able to.
type readers struct {
	db *sql.DB
	// idle holds those that nobody uses; it has room for all.
	idle    chan *reader
	closing chan struct{}
}

// reader is one connection with its prepared statements. Their number is bounded by the schema: one for each index,
// length of prefix and kind of range.
type reader struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

// openReaders opens n connections.
func openReaders(ctx context.Context, db *sql.DB, n int) (*readers, error) {
	r := &readers{db: db, idle: make(chan *reader, n), closing: make(chan struct{})}
	for range n {
		conn, err := db.Conn(ctx)
		if err != nil {
			return nil, err
		}
		r.idle <- &reader{conn: conn, statements: make(map[string]*sql.Stmt)}
	}
	return r, nil
}

// read runs a query and hands each row to take. Errors are those of the driver, of ctx and of take, and errClosed.
func (r *readers) read(ctx context.Context, take func(*sql.Rows) error, query string, args ...any) (err error) {
	if err := r.open(ctx); err != nil {
		return err
	}
	select {
	case one := <-r.idle:
		defer func() { r.idle <- one }()
		return one.read(take, query, args...)
	case <-r.closing:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// open is nil as long as reads are possible.
func (r *readers) open(ctx context.Context) error {
	select {
	case <-r.closing:
		return errClosed
	default:
		return ctx.Err()
	}
}

func (r *reader) read(take func(*sql.Rows) error, query string, args ...any) error {
	stmt, err := r.prepare(query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := take(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (r *reader) prepare(query string) (*sql.Stmt, error) {
	if stmt, ok := r.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := r.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	r.statements[query] = stmt
	return stmt, nil
}

// close waits for the reads at work, and refuses later ones. It is called once.
func (r *readers) close() error {
	close(r.closing)
	for range cap(r.idle) {
		one := <-r.idle
		for _, stmt := range one.statements {
			_ = stmt.Close() // ends with the connection anyway
		}
		_ = one.conn.Close() // back to the pool, which is closed next
	}
	if err := r.db.Close(); err != nil {
		return docstore.Away(err, "close the sqlite file")
	}
	return nil
}
