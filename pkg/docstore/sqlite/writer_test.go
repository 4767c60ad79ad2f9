package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/fault"
)

func openTable(t *testing.T) (*Store, docstore.Raw) {
	t.Helper()
	store, err := Open(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	raw, err := store.Collection(t.Context(), plans)
	if err != nil {
		t.Fatal(err)
	}
	return store, raw
}

func insert(raw docstore.Raw, id string, body []byte) error {
	return raw.InsertMany(context.Background(), []docstore.Row{{ID: id, Version: 1, Body: body}})[0]
}

func wantStored(t *testing.T, raw docstore.Raw, want map[string]bool) {
	t.Helper()
	for id, stored := range want {
		if _, err := raw.Get(t.Context(), id); (err == nil) != stored {
			t.Errorf("%s: got %v, want it stored: %v", id, err, stored)
		}
	}
}

func TestWritersThatWaitMakeOneGroupUpToABound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &writer{jobs: make(chan *job), closing: make(chan struct{})}
		wait := func(writers, weight int) {
			for range writers {
				go func() {
					if err := w.do(context.Background(), weight, nil); err != nil {
						t.Error(err)
					}
				}()
			}
			synctest.Wait()
		}
		answer := func(group []*job) int {
			for _, j := range group {
				j.answer <- nil
			}
			return len(group)
		}
		wait(50, 1)
		if n := answer(w.gather(<-w.jobs)); n != 50 {
			t.Errorf("%d of 50 who wait are in the group", n)
		}
		wait(3, groupWeight/2)
		if n := answer(w.gather(<-w.jobs)); n != 2 {
			t.Errorf("%d are in the group, two are as heavy as it gets", n)
		}
		answer(w.gather(<-w.jobs))
	})
}

func TestOnlyACrowdOfSingleDocumentsWaitsForCompany(t *testing.T) {
	for _, c := range []struct {
		weights []int
		crowd   bool
	}{
		{[]int{1}, false},
		{[]int{1, 1}, true},
		{[]int{1, 1, 2}, true},
		{[]int{40}, false},
		{[]int{40, 1}, false},
		{[]int{40, 40, 40}, false},
	} {
		var group []*job
		for _, w := range c.weights {
			group = append(group, &job{weight: w})
		}
		if crowded(group) != c.crowd {
			t.Errorf("documents %v: a crowd is %v", c.weights, !c.crowd)
		}
	}
}

// member inserts a row as a job of a group; outcome is the document's own error.
func member(outcome *error, statement string) *job {
	return &job{weight: 1, run: func(tx *transaction) error {
		_, err := tx.exec(statement)
		if fatal(err) {
			return err
		}
		*outcome = err
		return nil
	}}
}

func TestOneDocumentsFailureCostsItsGroupNothing(t *testing.T) {
	store, raw := openTable(t)
	outcomes := make([]error, 4)
	if err := store.writer.tx.commit([]*job{
		member(&outcomes[0], "INSERT INTO plans (id, version, body) VALUES ('a', 1, x'00')"),
		member(&outcomes[1], "INSERT INTO plans (id, version, body) VALUES ('a', 1, x'00')"),
		member(&outcomes[2], "INSERT INTO plans (id, version, body) VALUES ('b', 'no number', x'00')"),
		member(&outcomes[3], "INSERT INTO plans (id, version, body) VALUES ('c', 1, x'00')"),
	}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []fault.Class{0, fault.Duplicate, fault.Terminal, 0} {
		if fault.ClassOf(outcomes[i]) != want {
			t.Errorf("member %d: got %v, want %v", i, outcomes[i], want)
		}
	}
	wantStored(t, raw, map[string]bool{"a": true, "b": false, "c": true})
}

func TestNothingOfAFailedGroupIsKept(t *testing.T) {
	store, raw := openTable(t)
	var outcome error
	err := store.writer.tx.commit([]*job{
		member(&outcome, "INSERT INTO plans (id, version, body) VALUES ('a', 1, x'00')"),
		{weight: 1, run: func(*transaction) error { return docstore.Away(errors.New("input/output error"), "write") }},
	})
	if !fault.Is(err, fault.Retry) {
		t.Errorf("got %v", err)
	}
	wantStored(t, raw, map[string]bool{"a": false})
	if err := insert(raw, "a", []byte{0}); err != nil {
		t.Errorf("the next group: %v", err)
	}
}

// hold stops the writer inside a job until release is called.
func hold(store *Store) (release func()) {
	held, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = store.writer.do(context.Background(), 1, func(*transaction) error {
			close(held)
			<-free
			return nil
		})
	}()
	<-held
	return func() { close(free) }
}

func TestAFullDiskIsRetryUntilThereIsRoom(t *testing.T) {
	store, raw := openTable(t)
	// A file that may not grow any more is a full disk to SQLite.
	limit := func(pages int) {
		if _, err := store.writer.tx.strings(fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	const writers = 8
	answers := make(chan error, writers)
	limit(1)
	release := hold(store)
	for n := range writers {
		go func() { answers <- insert(raw, fmt.Sprint(n), make([]byte, 100_000)) }()
	}
	release()
	for range writers {
		if err := <-answers; !fault.Is(err, fault.Retry) {
			t.Errorf("on a full disk: got %v", err)
		}
	}
	limit(1 << 30)
	for n := range writers {
		if err := insert(raw, fmt.Sprint(n), make([]byte, 100_000)); err != nil {
			t.Errorf("with room again: got %v", err)
		}
	}
}

func TestAWriteWhoseCallerLeftMayStillHappen(t *testing.T) {
	store, raw := openTable(t)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan struct{})
	err := store.writer.do(ctx, 1, func(tx *transaction) error {
		cancel()
		<-left
		_, err := tx.exec("INSERT INTO plans (id, version, body) VALUES ('a', 1, x'00')")
		return err
	})
	if !fault.Is(err, fault.Retry) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	close(left)
	if err := store.Ping(t.Context()); err != nil { // behind the write
		t.Error(err)
	}
	wantStored(t, raw, map[string]bool{"a": true})
}

func TestCloseAnswersThoseWhoWait(t *testing.T) {
	store, raw := openTable(t)
	release := hold(store)
	const writers = 8
	answers, closed := make(chan error, writers), make(chan error)
	for n := range writers {
		go func() { answers <- insert(raw, fmt.Sprint(n), []byte{0}) }()
	}
	go func() { closed <- store.Close() }()
	for range writers {
		if err := <-answers; !fault.Is(err, fault.Retry) {
			t.Errorf("got %v", err)
		}
	}
	release()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
