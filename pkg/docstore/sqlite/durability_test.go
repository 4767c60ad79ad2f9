package sqlite

import (
	"testing"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

// inTransaction runs statements on the writing connection, in a group of their own.
func inTransaction(t *testing.T, store *Store, statements ...string) error {
	t.Helper()
	return store.writer.do(t.Context(), 1, func(tx *transaction) error {
		for _, s := range statements {
			if _, err := tx.exec(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// SQLite's default in WAL mode with NORMAL syncs at checkpoints only: a power cut then takes back what was acknowledged.
func TestWhatIsAcknowledgedIsSyncedWithEveryCommit(t *testing.T) {
	store, _ := openTable(t)
	for setting, want := range map[string]string{"synchronous": "2", "journal_mode": "wal"} { // 2 is FULL
		var got []string
		if err := store.writer.do(t.Context(), 1, func(tx *transaction) (err error) {
			got, err = tx.strings("PRAGMA " + setting)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s is %v, want %s", setting, got, want)
		}
	}
}

// A commit can fail though every statement of it worked. A deferred foreign key stands here for what a disk does.
func TestACommitThatFailsIsToldToEveryMemberOfItsGroupAndKeepsNothing(t *testing.T) {
	store, raw := openTable(t)
	if _, err := store.writer.tx.strings("PRAGMA foreign_keys = ON"); err != nil { // it has no effect inside a transaction
		t.Fatal(err)
	}
	if err := inTransaction(t, store, "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
		"CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"); err != nil {
		t.Fatal(err)
	}
	table := raw.(*table)
	writes := func(id string) func(*transaction) error {
		return func(tx *transaction) error {
			row := docstore.Row{ID: id, Version: 1, Body: []byte{0}}
			_, err := tx.exec(table.insert, append(table.fields([]any{row.ID, row.Version}, row), row.Body)...)
			tx.wrote(table.place(id), row)
			return err
		}
	}
	orphan := func(tx *transaction) error {
		_, err := tx.exec("INSERT INTO child VALUES (7)")
		return err
	}
	group := []*job{}
	for _, run := range []func(*transaction) error{writes("first"), orphan, writes("last")} {
		group = append(group, &job{weight: 1, run: run, answer: make(chan error, 1)})
	}
	store.writer.commit(group) // the writer's own goroutine has nothing to do
	for i, j := range group {
		if err := <-j.answer; !fault.Is(err, fault.Retry) {
			t.Errorf("member %d is told %v", i, err)
		}
	}
	wantStored(t, raw, map[string]bool{"first": false, "last": false})
	if err := insert(raw, "first", []byte{0}); err != nil { // the writer goes on
		t.Error(err)
	}
	wantStored(t, raw, map[string]bool{"first": true})
}
