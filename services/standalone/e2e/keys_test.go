package e2e

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/facepay-go/facepay/services/sandbox"
)

// keys makes WeChat's and the merchant's keys once: four of RSA take a second of every world's start under the race detector.
var keys = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "facepay-e2e-keys-")
	if err == nil {
		_, err = sandbox.OpenDevKeys(dir, time.Now())
	}
	return dir, err
})

// folderWithKeys is a world's data folder in which the keys are those of all worlds.
func folderWithKeys(t testing.TB) string {
	t.Helper()
	from, err := keys()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "keys"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return dir
}
