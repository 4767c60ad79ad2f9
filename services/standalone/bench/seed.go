package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Stores are filled with copies of one order that really ran and is over. Copied is what lies in the stores of all
// services and of the sandbox about it, row by row with all its index columns, under numbers of the same length: so every
// document decodes, and every index is as full as after so many orders. It is done behind the services' backs, on the
// SQLite files of a stack that is stopped: their documents are their own, and no program may make them but they.

// seed adds n copies of the order called template to all stores in dir.
func seed(ctx context.Context, dir, template string, n int) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil {
		return err
	}
	stores, ctx := errgroup.WithContext(ctx)
	for _, file := range files {
		stores.Go(func() (err error) {
			db, err := sql.Open("sqlite", "file:"+file+"?_journal_mode=WAL&_synchronous=OFF&_busy_timeout=5000")
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.Close()) }()
			db.SetMaxOpenConns(1)
			rows, err := rowsOf(ctx, db, template)
			if err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(file), err)
			}
			return copied(ctx, db, rows, template, n)
		})
	}
	return stores.Wait()
}

// row is one row of any table: its columns, of which the first is the document's id.
type row struct {
	table   string
	columns []string
	values  []any
}

// rowsOf finds all rows that name an order. A row that waits for something is an error: copies of it would be work, not
// history.
func rowsOf(ctx context.Context, db *sql.DB, number string) (found []row, err error) {
	tables, err := read(ctx, db, "", "SELECT name FROM sqlite_schema WHERE type = 'table'")
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		name := t.values[0].(string)
		all, err := read(ctx, db, name, `SELECT * FROM "`+name+`"`)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			if !r.names(number) {
				continue
			}
			if r.waits() {
				return nil, fmt.Errorf("the order is not over in %s", name)
			}
			found = append(found, r)
		}
	}
	return found, nil
}

func read(ctx context.Context, db *sql.DB, table, query string) (found []row, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		r := row{table: table, columns: columns, values: make([]any, len(columns))}
		into := make([]any, len(columns))
		for i := range into {
			into[i] = &r.values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		found = append(found, r)
	}
	return found, rows.Err()
}

func (r row) names(number string) bool {
	for _, v := range r.values {
		switch v := v.(type) {
		case string:
			if strings.Contains(v, number) {
				return true
			}
		case []byte:
			if bytes.Contains(v, []byte(number)) {
				return true
			}
		}
	}
	return false
}

// waits tells of a due time, or of a notice to be published.
func (r row) waits() bool {
	for i, c := range r.columns {
		due := strings.Contains(c, "due") || strings.Contains(c, "deduct_at")
		if due && r.values[i] != nil || r.values[i] == "waiting" {
			return true
		}
	}
	return false
}

// atOnce bounds one transaction of copies.
const atOnce = 1000

func copied(ctx context.Context, db *sql.DB, rows []row, template string, n int) error {
	for from := 0; from < n; from += atOnce {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := r.copies(ctx, tx, template, from, min(n, from+atOnce)); err != nil {
				return errors.Join(fmt.Errorf("copying %s: %w", r.table, err), tx.Rollback())
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (r row) copies(ctx context.Context, tx *sql.Tx, template string, from, to int) (err error) {
	places := strings.TrimSuffix(strings.Repeat("?, ", len(r.columns)), ", ")
	insert, err := tx.PrepareContext(ctx, fmt.Sprintf(`INSERT INTO "%s" ("%s") VALUES (%s)`, r.table, strings.Join(r.columns, `", "`), places))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, insert.Close()) }()
	for i := from; i < to; i++ {
		if _, err := insert.ExecContext(ctx, r.under(template, numberOf("STORED", i))...); err != nil {
			return err
		}
	}
	return nil
}

// under is the row as another order would have it. An id that does not hold the number is a hash or drawn by lot, so its
// copy gets another one of its length, in the body too.
func (r row) under(template, number string) []any {
	id := r.values[0].(string)
	other := id
	if !strings.Contains(id, template) {
		sum := sha256.Sum256([]byte(id + number))
		other = strings.ToLower(base32.StdEncoding.EncodeToString(sum[:]))[:len(id)]
	}
	renamed := func(s string) string {
		return strings.ReplaceAll(strings.ReplaceAll(s, id, other), template, number)
	}
	values := make([]any, len(r.values))
	for i, v := range r.values {
		switch v := v.(type) {
		case string:
			values[i] = renamed(v)
		case []byte:
			values[i] = []byte(renamed(string(v)))
		default:
			values[i] = v
		}
	}
	return values
}
