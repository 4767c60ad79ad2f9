package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
)

const writers = 64

type notice struct {
	ID   string
	Due  time.Time
	Body []byte
}

func openNotices(b *testing.B) docstore.Collection[notice] {
	b.Helper()
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "store.db"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })
	c, err := docstore.Open(b.Context(), store, docstore.Spec[notice]{
		Name:    "notices",
		ID:      func(n *notice) string { return n.ID },
		Fields:  []docstore.Field[notice]{{Name: "due", Kind: docstore.Time, Value: func(n *notice) any { return n.Due }}},
		Indexes: []docstore.Index{{Name: "by_due", Fields: []string{"due"}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// insertNotices does n inserts of 1 KiB with so many at a time.
func insertNotices(b *testing.B, c docstore.Collection[notice], atATime, n int, run string) {
	spread(b, atATime, n, func(i int64) error {
		return c.Insert(context.Background(), &notice{ID: fmt.Sprint(run, "-", i), Due: time.UnixMilli(i), Body: make([]byte, 1024)})
	})
}

// plainTable is the same table without docstore: one connection, one transaction for each insert.
func plainTable(b *testing.B) *sql.DB {
	b.Helper()
	db, err := sql.Open("sqlite", filepath.Join(b.TempDir(), "plain.db")+"?_journal_mode=WAL&_synchronous=FULL")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	for _, statement := range []string{"CREATE TABLE notices (id TEXT PRIMARY KEY, version INTEGER, due INTEGER, body BLOB)", "CREATE INDEX by_due ON notices (due, id)"} {
		if _, err := db.Exec(statement); err != nil {
			b.Fatal(err)
		}
	}
	return db
}

func insertPlain(b *testing.B, db *sql.DB, atATime, n int, run string) {
	spread(b, atATime, n, func(i int64) error {
		_, err := db.Exec("INSERT INTO notices VALUES (?, 1, ?, ?)", fmt.Sprint(run, "-", i), i, make([]byte, 1024))
		return err
	})
}

func spread(b *testing.B, atATime, n int, insert func(int64) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range atATime {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if err := insert(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkSingleInsert(b *testing.B) {
	c := openNotices(b)
	b.ResetTimer()
	insertNotices(b, c, 1, b.N, "single")
}

func BenchmarkInsertBy64Writers(b *testing.B) {
	c := openNotices(b)
	b.ResetTimer()
	insertNotices(b, c, writers, b.N, "grouped")
}

func BenchmarkPlainInsertBy64Writers(b *testing.B) {
	db := plainTable(b)
	b.ResetTimer()
	insertPlain(b, db, writers, b.N, "plain")
}

func BenchmarkInsertManyOf100(b *testing.B) {
	c := openNotices(b)
	docs := make([]*notice, 100)
	b.ResetTimer()
	for n := range b.N {
		for i := range docs {
			docs[i] = &notice{ID: fmt.Sprint(n, "-", i), Due: time.UnixMilli(int64(n)), Body: make([]byte, 1024)}
		}
		for _, err := range c.InsertMany(b.Context(), docs) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N*len(docs))/b.Elapsed().Seconds(), "docs/s")
}

// BenchmarkGroupCommitGain compares 64 writers with and without group commit in turns, on the same disk in the same
// minute, and reports how many times more documents a second group commit stores.
func BenchmarkGroupCommitGain(b *testing.B) {
	c, db := openNotices(b), plainTable(b)
	const each = 2000
	var grouped, plain time.Duration
	b.ResetTimer()
	for n := range b.N {
		start := time.Now()
		insertNotices(b, c, writers, each, fmt.Sprint(n))
		grouped += time.Since(start)
		start = time.Now()
		insertPlain(b, db, writers, each, fmt.Sprint(n))
		plain += time.Since(start)
	}
	b.ReportMetric(float64(plain)/float64(grouped), "x_plain")
}
