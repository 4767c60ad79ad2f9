package sqlite

import (
	"context"
	"database/sql"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// transaction is the writing connection with its prepared statements; only the writer's goroutine uses it. It works
// without a caller's context: a group belongs to many.
type transaction struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	recent     *recent
	// written are the rows of this transaction as they will be.
	written map[place]docstore.Row
}

// commit runs all jobs and commits once. When one of them fails fatally, or the commit does, nothing is kept. A commit that
// fails is Retry whatever SQLite calls it: it is about no one document.
func (tx *transaction) commit(group []*job) error {
	clear(tx.written)
	if _, err := tx.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, j := range group {
		if err := j.run(tx); err != nil {
			tx.rollback()
			return err
		}
	}
	if _, err := tx.exec("COMMIT"); err != nil {
		tx.rollback()
		return docstore.Away(err, "commit")
	}
	tx.recent.remember(tx.written)
	return nil
}

// wrote notes that a row was written as given.
func (tx *transaction) wrote(at place, row docstore.Row) {
	tx.recent.forget(at)
	tx.written[at] = row
}

// touched notes that a row was changed in a way that only the file knows.
func (tx *transaction) touched(at place) {
	tx.recent.forget(at)
	delete(tx.written, at)
}

// touchedMany notes that rows were changed and only the file knows which.
func (tx *transaction) touchedMany() {
	tx.recent.forgetAll()
	clear(tx.written)
}

// rollback has nothing to tell: after some failures SQLite has rolled back by itself and says there is no transaction.
func (tx *transaction) rollback() { _, _ = tx.exec("ROLLBACK") }

// exec runs one statement and returns how many rows it touched. Errors are classified by outcome.
func (tx *transaction) exec(statement string, args ...any) (int64, error) {
	stmt, err := tx.prepare(statement)
	if err != nil {
		return 0, err
	}
	result, err := stmt.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, outcome(err, "write")
	}
	n, err := result.RowsAffected()
	if err != nil {
		return 0, outcome(err, "write")
	}
	return n, nil
}

// strings runs a query of one text column.
func (tx *transaction) strings(query string, args ...any) ([]string, error) {
	stmt, err := tx.prepare(query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, outcome(err, "read the schema")
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, outcome(err, "read the schema")
		}
		found = append(found, s)
	}
	if err := rows.Err(); err != nil {
		return nil, outcome(err, "read the schema")
	}
	return found, nil
}

func (tx *transaction) prepare(statement string) (*sql.Stmt, error) {
	if stmt, ok := tx.statements[statement]; ok {
		return stmt, nil
	}
	stmt, err := tx.conn.PrepareContext(context.Background(), statement)
	if err != nil {
		return nil, outcome(err, "prepare a write")
	}
	tx.statements[statement] = stmt
	return stmt, nil
}

func (tx *transaction) close() {
	for _, stmt := range tx.statements {
		_ = stmt.Close() // ends with the connection anyway
	}
	_ = tx.conn.Close() // back to the pool, which is closed next
}

// fatal reports whether err concerns the whole transaction and not one document.
func fatal(err error) bool { return fault.Is(err, fault.Retry) }
