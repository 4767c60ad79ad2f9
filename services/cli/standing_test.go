package cli

import (
	"os"
	"regexp"
	"testing"
)

// The words come from order-lifecycle's domain, which no other module can import: its source is read.
func TestEveryStateAndEveryNextStepOfAnOrderIsExplainedInBothLanguages(t *testing.T) {
	for _, c := range []struct {
		file, kind string
		explained  map[string]text
	}{
		{"order.go", `\bState = "(\w+)"`, standings}, {"refund.go", `RefundState = "(\w+)"`, returns}, {"fact.go", `\bOp += "(\w+)"`, steps},
	} {
		source, err := os.ReadFile("../order-lifecycle/internal/order/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, match := range regexp.MustCompile(c.kind).FindAllStringSubmatch(string(source), -1) {
			for _, word := range match[1:] {
				found[word] = word != ""
			}
		}
		delete(found, "")
		if len(found) < 6 {
			t.Errorf("%s: only %v found", c.file, found)
		}
		for word := range found {
			if words := c.explained[word]; words.zh == "" || words.en == "" {
				t.Errorf("%s of %s is not explained", word, c.file)
			}
		}
		for word := range c.explained {
			if !found[word] {
				t.Errorf("%s is explained and not in %s", word, c.file)
			}
		}
	}
}
