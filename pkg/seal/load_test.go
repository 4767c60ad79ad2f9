package seal

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/facepay-go/facepay/pkg/fault"
)

var (
	oldHex = hex.EncodeToString([]byte("old old old old old old old old!"))
	newB64 = base64.StdEncoding.EncodeToString([]byte("new new new new new new new new!"))
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAFileAndAFolderGiveTheSameKeysOldestFirst(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "keys"), "# newest by id, not by line\n2026-12-01 "+newB64+"\n\n  2026-11-01\t"+oldHex+"\r\n")
	folder := t.TempDir()
	write(t, filepath.Join(folder, "2026-12-01"), newB64+"\n")
	write(t, filepath.Join(folder, "2026-11-01"), oldHex)
	write(t, filepath.Join(folder, ".hidden"), "what Kubernetes keeps beside them")
	for _, path := range []string{file, folder} {
		keys, err := LoadKeys(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(keys) != 2 || keys[0].ID != "2026-11-01" || keys[1].ID != "2026-12-01" ||
			string(keys[0].value) != "old old old old old old old old!" || string(keys[1].value) != "new new new new new new new new!" {
			t.Errorf("%s gives %v", path, keys)
		}
	}
}

func TestLoadKeysSaysWhereAndShowsNoKey(t *testing.T) {
	dir := t.TempDir()
	tests := map[string]string{
		"a short key": "a " + oldHex + "\nb " + oldHex[:62] + "\n",
		"a long key":  "a " + oldHex + "\nb " + oldHex + "00\n",
		"no id":       "a " + oldHex + "\n" + oldHex + "\n",
		"three words": "a " + oldHex + "\nb " + oldHex + " " + oldHex + "\n",
		"a bad id":    "a " + oldHex + "\nB " + oldHex + "\n",
		"not encoded": "a " + oldHex + "\nb new!new!new!new!new!new!new!new!\n",
	}
	for name, text := range tests {
		_, err := LoadKeys(write(t, filepath.Join(dir, "keys"), text))
		if !fault.Is(err, fault.Terminal) || !strings.Contains(err.Error(), "keys:2: ") {
			t.Errorf("%s: %v", name, err)
		} else if strings.Contains(err.Error(), oldHex[:16]) || strings.Contains(err.Error(), "new!") {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "a"), "short")
	if _, err := LoadKeys(folder); fault.CodeOf(err) != "seal_key" || !strings.Contains(err.Error(), filepath.Join(folder, "a")) {
		t.Errorf("a bad key in a folder: %v", err)
	}
	if _, err := LoadKeys(filepath.Join(dir, "absent")); fault.CodeOf(err) != "seal_unreadable" {
		t.Errorf("no file: %v", err)
	}
}

func FuzzParseKeyTakes32BytesOrRefuses(f *testing.F) {
	f.Add("a", oldHex)
	f.Add("b", newB64)
	f.Fuzz(func(t *testing.T, id, text string) {
		k, err := ParseKey(id, text)
		if err == nil && (len(k.value) != 32 || !isKeyID(k.ID)) {
			t.Errorf("%q %q gives %d bytes under %q", id, text, len(k.value), k.ID)
		}
	})
}
