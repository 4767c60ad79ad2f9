package wire

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// ours are codes that no sender sees: of the configuration, and of what we cannot read back ourselves.
var ours = []string{"config_invalid", "event_encoding", "event_malformed", "create_unreadable"}

// The codes are read off the sources: most of them come from the domain.
func TestEveryRefusalIsExplainedToItsSender(t *testing.T) {
	page, err := os.ReadFile("../../REFUSALS.md")
	if err != nil {
		t.Fatal(err)
	}
	raised := map[string]bool{}
	for _, folder := range []string{"../order", ".", "../wechat", "../handle"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range regexp.MustCompile(`fault\.(?:New\(fault\.\w+|Invalid\([^,]+), "(\w+)"`).FindAllSubmatch(source, -1) {
				raised[string(m[1])] = !slices.Contains(ours, string(m[1]))
			}
		}
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| [^|]+<br>[^|]+ \\| [^|]+ \\|$").FindAllSubmatch(page, -1) {
		listed[string(m[1])] = true
	}
	if len(listed) < 30 {
		t.Fatalf("only %d rows are read", len(listed))
	}
	for code, shown := range raised {
		if shown != listed[code] {
			t.Errorf("%s: seen by its sender: %v, explained in REFUSALS.md: %v", code, shown, listed[code])
		}
	}
	for code := range listed {
		if _, ok := raised[code]; !ok {
			t.Errorf("%s is explained and never raised", code)
		}
	}
}
