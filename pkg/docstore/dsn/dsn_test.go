package dsn

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
)

func TestASQLiteURIOpensItsFile(t *testing.T) {
	dir := t.TempDir()
	for uri, file := range map[string]string{
		"sqlite:" + dir + "/some/orders.db": "some/orders.db",
		"sqlite:" + dir + "/data/":          "data/order-lifecycle.db",
		"sqlite://" + dir + "/a b?#%41.db":  "a b?#%41.db",
	} {
		store, err := Open(t.Context(), uri, "order-lifecycle")
		if err != nil {
			t.Fatalf("%s: %v", uri, err)
		}
		if err := store.Ping(t.Context()); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
		if err := store.Close(); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Errorf("%s: %v", uri, err)
		}
	}
}

func TestAMongoURINamesItsDatabase(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://h":               "",
		"mongodb://h/":              "",
		"mongodb://h:1,i:2/facepay": "facepay",
		"mongodb://u:p%40ss@h:1,i:2/facepay?w=1&a=/": "facepay",
		"mongodb+srv://u:p@h/face%2Dpay":             "face-pay",
		"mongodb://h?appName=x/y@z":                  "",
	} {
		_, rest, _ := strings.Cut(uri, ":")
		if got, err := databaseIn(rest); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", uri, got, err, want)
		}
	}
	store, err := Open(t.Context(), "mongodb://u:p@127.0.0.1:1/facepay", "order-lifecycle")
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}

func TestAURIThatCannotBeUsedIsTerminalAndNotQuoted(t *testing.T) {
	for _, uri := range []string{
		"", "s3cret", "sqlite:", "postgres://u:s3cret@h/db", "MONGODB://u:s3cret@h/db", "mongodb://u:s3cret@h/%zz",
		"mongodb://u:s3cret@h:x/db", "sqlite", "sqlite:/dev/null/s3cret.db",
	} {
		store, err := Open(t.Context(), uri, "order-lifecycle")
		if !fault.Is(err, fault.Terminal) || store != nil {
			t.Errorf("%s: got %v, %v", uri, store, err)
		}
		if err != nil && strings.HasPrefix(uri, "mongodb") && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the text holds the password: %v", uri, err)
		}
	}
}
