package stack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestASandboxForThisMachineListensOnLoopbackOnly(t *testing.T) {
	for provider, want := range map[string]string{
		"http://127.0.0.1:9081": "127.0.0.1", "http://localhost:9081": "127.0.0.1", "http://sandbox:9081": "0.0.0.0",
	} {
		dir := t.TempDir()
		if err := Init(dir, provider, "http://127.0.0.1:8081", time.Now()); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "sandbox.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"\nlisten: " + want + ":9081\n", "\ncontrol_listen: " + want + ":9082\n"} {
			if !strings.Contains(string(text), line) {
				t.Errorf("%s: no %q in %s", provider, line, text)
			}
		}
	}
}
