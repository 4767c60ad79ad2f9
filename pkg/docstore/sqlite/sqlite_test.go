package sqlite_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/facepay-go/facepay/pkg/docstore"
	"github.com/facepay-go/facepay/pkg/docstore/docstoretest"
	"github.com/facepay-go/facepay/pkg/docstore/sqlite"
	"github.com/facepay-go/facepay/pkg/fault"
)

func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func TestSQLiteKeepsThePromisesOfDocstore(t *testing.T) {
	docstoretest.Run(t, func(t *testing.T) docstore.Store {
		return open(t, filepath.Join(t.TempDir(), "store.db"))
	})
}

func TestWhatIsStoredIsThereAfterReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "some folder", "ünïcode ?#%41&.db")
	for opened := range int64(3) {
		store, err := sqlite.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		c, err := notes(t.Context(), store)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Insert(t.Context(), &note{ID: fmt.Sprint(opened), Count: opened}); err != nil {
			t.Fatal(err)
		}
		if n, err := c.MarkMany(t.Context(), []docstore.Mark{{Field: "count", Value: 100 + opened}}, []string{fmt.Sprint(opened)}); err != nil || n != 1 {
			t.Fatalf("mark: %d, %v", n, err)
		}
		var marks []any
		for r, err := range c.Scan(t.Context(), docstore.Query{Index: "by_count"}) {
			if err != nil {
				t.Fatal(err)
			}
			found, err := c.Marks(t.Context(), "count", []string{r.ID})
			if err != nil {
				t.Fatal(err)
			}
			marks = append(marks, found[r.ID])
		}
		if diff := cmp.Diff([]any{int64(100), int64(101), int64(102)}[:opened+1], marks); diff != "" {
			t.Error(diff)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{path, path + ".lock"}; !slices.Equal(files, want) {
		t.Errorf("the folder holds %q, want %q", files, want)
	}
	for _, file := range files {
		if stat, err := os.Stat(file); err != nil || stat.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, stat, err)
		}
	}
}

func TestAFileThatIsNotAStoreIsRefused(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 7"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), other); !fault.Is(err, fault.Terminal) || fault.CodeOf(err) != "store_format" {
		t.Errorf("another format: got %v", err)
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(t.Context(), text); !fault.Is(err, fault.Terminal) {
		t.Errorf("no database: got %v", err)
	}
	if _, err := sqlite.Open(t.Context(), dir); !fault.Is(err, fault.Terminal) {
		t.Errorf("a folder: got %v", err)
	}
}

func TestAFieldStoredAsAnotherKindIsRefused(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "store.db"))
	if _, err := notes(t.Context(), store); err != nil {
		t.Fatal(err)
	}
	_, err := docstore.Open(t.Context(), store, docstore.Spec[note]{
		Name:   "notes",
		ID:     func(n *note) string { return n.ID },
		Fields: []docstore.Field[note]{{Name: "count", Kind: docstore.String, Value: func(n *note) any { return fmt.Sprint(n.Count) }}},
	})
	if !fault.Is(err, fault.Terminal) {
		t.Errorf("got %v", err)
	}
}

func TestAFileRemovedUnderTheProcessIsNotHealthy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gone.db")
	s, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // into a file without a name
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); fault.CodeOf(err) != "store_file_gone" {
		t.Errorf("got %v", err)
	}
}
