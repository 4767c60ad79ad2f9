package sqlite

import (
	"errors"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/facepay-go/facepay/pkg/docstore"
)

// outcome classifies an error of SQLite by its result code. Its texts name tables and columns, never values.
//   - a unique value is taken: Duplicate; only this statement is undone
//   - the statement can never work (constraint, type, logic, not a database): Terminal; only this statement is undone
//   - everything else (full disk, I/O, busy, closed): Retry, and it ends the transaction
func outcome(err error, doing string) error {
	var sqliteErr *driver.Error
	if !errors.As(err, &sqliteErr) {
		return docstore.Away(err, doing)
	}
	switch sqliteErr.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return docstore.Exists("the collection")
	}
	switch sqliteErr.Code() & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_RANGE,
		sqlite3.SQLITE_NOTADB:
		return docstore.Refused("sqlite", "%s: %v", doing, err)
	}
	return docstore.Away(err, doing)
}
