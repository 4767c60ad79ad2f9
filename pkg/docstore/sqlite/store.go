// Package sqlite keeps documents in one SQLite file: no server, and nothing acknowledged is lost when the process is
// killed or the machine loses power (WAL, synchronous FULL).
//
// One goroutine writes. It takes what is waiting, up to a bound, does it in one transaction and commits once for all
// (group commit), so that many writers share one fsync. A document that cannot be written (duplicate, conflict) costs
// the others of its group nothing; when the commit itself fails, every member gets Retry. Reads use connections of
// their own and see what is committed; a document that was written a moment ago is given from memory.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the driver named "sqlite"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

const (
	// readConnections bounds the reads at work at one time.
	readConnections = 4
	// format is kept as the file's user_version: the layout that declare.go makes.
	format    = 1
	setFormat = "PRAGMA user_version = 1"
)

// Store is one SQLite file. It implements docstore.Store.
type Store struct {
	lock   *lock
	path   string
	file   os.FileInfo // of path when it was opened
	writer *writer
	write  *sql.DB
	read   *readers
	recent *recent

	closing sync.Once
}

// Open opens the file at path, creating it (readable by its owner only) and its folder when they are not there. One
// process may have it open, held by a lock on path + ".lock"; when it is taken the error is Terminal and says so.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "store_path", "find the sqlite file")
	}
	if err := create(path); err != nil {
		return nil, fault.Wrap(err, fault.Terminal, "store_path", "create the sqlite file")
	}
	held, err := acquire(path + ".lock")
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, path)
	if err != nil {
		held.release()
		return nil, err
	}
	s.lock, s.path = held, path
	if s.file, err = os.Stat(path); err != nil {
		return nil, errors.Join(fault.Wrap(err, fault.Terminal, "store_path", "look at the sqlite file"), s.Close())
	}
	return s, nil
}

// create makes sure of the folder and of a file only its owner reads; SQLite gives its -wal and -shm the same mode.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func open(ctx context.Context, path string) (*Store, error) {
	write, err := sql.Open("sqlite", address(path, url.Values{
		"_journal_mode": {"WAL"}, "_synchronous": {"FULL"}, "_busy_timeout": {"5000"}, "_dqs": {"0"},
	}))
	if err != nil {
		return nil, outcome(err, "open the sqlite file")
	}
	conn, err := writingConnection(ctx, write)
	if err != nil {
		_ = write.Close() // the first error is the one to tell
		return nil, err
	}
	read, err := readingConnections(ctx, path)
	if err != nil {
		_ = write.Close() // the first error is the one to tell
		return nil, outcome(err, "open the sqlite file")
	}
	recent := newRecent()
	return &Store{writer: startWriter(conn, recent), write: write, read: read, recent: recent}, nil
}

func readingConnections(ctx context.Context, path string) (*readers, error) {
	db, err := sql.Open("sqlite", address(path, url.Values{
		"_query_only": {"1"}, "_busy_timeout": {"5000"}, "_dqs": {"0"},
	}))
	if err != nil {
		return nil, err
	}
	read, err := openReaders(ctx, db, readConnections)
	if err != nil {
		_ = db.Close() // the first error is the one to tell
		return nil, err
	}
	return read, nil
}

// writingConnection is the one connection that writes, to a file whose format this program knows.
func writingConnection(ctx context.Context, db *sql.DB) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, outcome(err, "open the sqlite file")
	}
	var found int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&found); err != nil {
		return nil, outcome(err, "read the format of the sqlite file")
	}
	if found != 0 && found != format {
		return nil, fault.New(fault.Terminal, "store_format", "the sqlite file has format %d, this program knows %d", found, format)
	}
	if _, err := conn.ExecContext(ctx, setFormat); err != nil {
		return nil, outcome(err, "write the format of the sqlite file")
	}
	return conn, nil
}

// address is the file's URI for the driver; every character of the path is taken literally.
func address(path string, settings url.Values) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: settings.Encode()}
	return u.String()
}

// Collection makes table and indexes and returns access to them.
func (s *Store) Collection(ctx context.Context, schema docstore.Schema) (docstore.Raw, error) {
	var refused error
	err := s.writer.do(ctx, 1, func(tx *transaction) error {
		err := declare(tx, schema)
		if fatal(err) {
			return err
		}
		refused = err
		return nil
	})
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	return newTable(s, schema), nil
}

// Ping does a real, tiny write, to a file that is still where it was: SQLite goes on writing to one that was deleted.
func (s *Store) Ping(ctx context.Context) error {
	if now, err := os.Stat(s.path); err != nil || !os.SameFile(now, s.file) {
		return fault.New(fault.Retry, "store_file_gone", "the sqlite file was removed or replaced under the running process")
	}
	return s.writer.do(ctx, 1, func(tx *transaction) error {
		_, err := tx.exec(setFormat)
		return err
	})
}

// Close finishes the group at work, answers Retry to who still waits, and lets the file go.
func (s *Store) Close() (err error) {
	s.closing.Do(func() {
		s.writer.stop()
		err = s.read.close()
		if failed := s.write.Close(); failed != nil { // the last connection moves the WAL into the file
			err = docstore.Away(failed, "close the sqlite file")
		}
		s.lock.release()
	})
	return err
}
